variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "key_arn" {
  description = "Key that encrypts recovery points."
  type        = string
}

variable "resource_arns" {
  description = "What is backed up."
  type        = list(string)
}

variable "keep_days" {
  description = "How long daily and monthly recovery points are kept."
  type        = object({ daily = number, monthly = number })

  validation {
    condition     = var.keep_days.daily >= 1 && var.keep_days.monthly >= var.keep_days.daily
    error_message = "Monthly points are kept no shorter than daily ones."
  }
}

variable "locked" {
  description = "Whether nobody, not even an administrator without the right to unlock, may delete a recovery point early."
  type        = bool
}

variable "copy_region" {
  description = "Another region, in which a copy of every daily point is kept. Null: none."
  type        = string
  default     = null
}

variable "alarm_topic_arn" {
  description = "Where failed backups are told."
  type        = string
}
