variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "cidr" {
  description = "Addresses of the whole network, a /16."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && endswith(var.cidr, "/16")
    error_message = "The network needs a /16, for instance 10.20.0.0/16."
  }
}

variable "availability_zones" {
  description = "Zones to spread over, at least two, in the order in which they get their addresses: append, never reorder."
  type        = list(string)

  validation {
    condition     = length(distinct(var.availability_zones)) == length(var.availability_zones) && length(var.availability_zones) >= 2 && length(var.availability_zones) <= 4
    error_message = "Two to four different zones: the database and the load balancer need two."
  }
}

variable "nat_per_zone" {
  description = "Whether each zone has its own way out. One for all is cheaper, and gone when its zone is."
  type        = bool
}

variable "logs_key_arn" {
  description = "Key that encrypts the flow log."
  type        = string
}

variable "log_retention_days" {
  description = "How long the flow log is kept."
  type        = number
}
