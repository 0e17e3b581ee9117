variable "zone_id" {
  description = "Hosted zone in which the names lie."
  type        = string
}

variable "aliases" {
  description = "Where each host name leads: a name of AWS and the hosted zone of that name."
  type = map(object({
    domain_name = string
    zone_id     = string
    ipv6        = optional(bool, false)
  }))
}
