variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "resource_arn" {
  description = "What is guarded: the load balancer."
  type        = string
}

variable "requests_per_five_minutes" {
  description = "How many requests one address may send in five minutes; the provider's webhooks may be ten times as many."
  type        = number

  validation {
    condition     = var.requests_per_five_minutes >= 100
    error_message = "At least 100."
  }
}

variable "logs_key_arn" {
  description = "Key that encrypts the log of refused requests."
  type        = string
}

variable "log_retention_days" {
  description = "How long refused requests are kept."
  type        = number
}
