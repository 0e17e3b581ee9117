variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "process" {
  description = "Which process it keeps running."
  type        = string
}

variable "cluster_name" {
  description = "ECS cluster it runs in."
  type        = string
}

variable "task_definition_arn" {
  description = "What it runs."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets."
  type        = list(string)
}

variable "security_group_id" {
  description = "Group of the process."
  type        = string
}

variable "single" {
  description = "Whether there may only be one: the old one ends before a new one starts, and it is never scaled."
  type        = bool
  default     = false
}

variable "tasks" {
  description = "How many run, at least and at most."
  type        = object({ min = number, max = number })

  validation {
    condition     = var.tasks.min >= 0 && var.tasks.max >= var.tasks.min && (!var.single || var.tasks.max <= 1)
    error_message = "No fewer at most than at least, and one where there may only be one."
  }
}

variable "target" {
  description = "Target group its tasks register with, and the port they serve on. Null: it serves nobody."
  type        = object({ group_arn = string, port = number })
  default     = null
}
