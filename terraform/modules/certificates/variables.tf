variable "domain" {
  description = "The marketplace's host."
  type        = string
}

variable "pictures_host" {
  description = "Host name of public pictures."
  type        = string
}

variable "zone_id" {
  description = "Hosted zone in which the domain lies."
  type        = string
}
