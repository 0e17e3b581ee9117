variable "name" {
  description = "Name of the instance, for instance souk-production."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnet_ids" {
  description = "Data subnets, in two zones or more."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Groups of the processes that may connect, by process."
  type        = map(string)
}

variable "key_arn" {
  description = "Key that encrypts storage, snapshots, performance data and the master password."
  type        = string
}

variable "logs_key_arn" {
  description = "Key that encrypts the server's log."
  type        = string
}

variable "log_retention_days" {
  description = "How long the server's log is kept."
  type        = number
}

variable "instance_class" {
  description = "Size of the server."
  type        = string

  validation {
    condition     = startswith(var.instance_class, "db.")
    error_message = "An RDS class such as db.r8g.xlarge."
  }
}

variable "storage_gb" {
  description = "Storage to begin with, and up to where it may grow by itself."
  type        = object({ initial = number, max = number })

  validation {
    condition     = var.storage_gb.initial >= 20 && var.storage_gb.max > var.storage_gb.initial
    error_message = "At least 20 GB, and room to grow."
  }
}

variable "max_connections" {
  description = "Connections of all processes together. The lock table has 1024 entries for each, about 0.3 MB."
  type        = number

  validation {
    condition     = var.max_connections >= 100 && var.max_connections <= 5000
    error_message = "100 to 5000."
  }
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over when the server or its zone fails."
  type        = bool
}

variable "backup_retention_days" {
  description = "To which moment of the past it can be restored."
  type        = number

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "1 to 35 days."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete it, and keeps a last snapshot."
  type        = bool
}

variable "performance_retention_days" {
  description = "How long performance data is kept: 7 (free) or 465 (Database Insights advanced)."
  type        = number

  validation {
    condition     = contains([7, 465], var.performance_retention_days)
    error_message = "7 or 465."
  }
}
