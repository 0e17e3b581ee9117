variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "names" {
  description = "The secrets to keep."
  type        = set(string)
}

variable "key_arn" {
  description = "Key that encrypts them."
  type        = string
}

variable "recovery_days" {
  description = "How long a deleted secret can be brought back."
  type        = number

  validation {
    condition     = var.recovery_days >= 7 && var.recovery_days <= 30
    error_message = "7 to 30 days."
  }
}
