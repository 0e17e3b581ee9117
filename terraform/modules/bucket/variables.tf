variable "name" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "3 to 63 lower-case letters, digits and hyphens; a dot would break TLS."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts what lies here. Null: S3's own key, where the writer can use no other."
  type        = string
  default     = null
}

variable "access_log" {
  description = "Bucket that takes the access log. Null for that bucket itself."
  type        = object({ bucket = string })
  default     = null
}

variable "noncurrent_days" {
  description = "How long a version that was replaced or deleted can be brought back."
  type        = number

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "At least a day."
  }
}

variable "expire_days" {
  description = "After how many days everything is deleted. Null: never."
  type        = number
  default     = null
}

variable "tier_days" {
  description = "After how many days objects move to intelligent tiering. Null: never."
  type        = number
  default     = null
}

variable "statements" {
  description = "Statements of the bucket's policy besides the one that demands TLS."
  type        = any
  default     = []
}
