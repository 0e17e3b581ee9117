variable "name" {
  description = "What names begin with, for instance souk-production; at most 24 characters, for target groups have 32."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets, in two zones or more."
  type        = list(string)
}

variable "certificate_arn" {
  description = "Certificate of all hosts."
  type        = string
}

variable "logs_bucket" {
  description = "Bucket that takes the access log."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete it."
  type        = bool
}

variable "faces" {
  description = "Which hosts a process serves, or which paths on them, on which port. Lower priorities are asked first, so that a name wins over the wildcard that covers it."
  type = map(object({
    hosts    = list(string)
    paths    = optional(list(string))
    port     = number
    priority = number
  }))
}
