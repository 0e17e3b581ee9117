variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "process" {
  description = "Which process or job this is."
  type        = string
}

variable "image" {
  description = "The image it runs, by digest."
  type        = string
}

variable "image_repository_arn" {
  description = "Repository that the image is pulled from."
  type        = string
}

variable "command" {
  description = "What it runs."
  type        = list(string)
}

variable "port" {
  description = "Where it serves. Null: it does not."
  type        = number
  default     = null
}

variable "health_check" {
  description = "Whether it answers `/livez`, and is started anew when it does not."
  type        = bool
}

variable "size" {
  description = "CPU units (1024 are a processor) and memory in MB, a pair that Fargate knows."
  type        = object({ cpu = number, memory = number })
}

variable "environment" {
  description = "Environment variables that are no secret."
  type        = map(string)
}

variable "secrets" {
  description = "ARN of the secret that each of the other environment variables is filled from; `:key::` may pick a field."
  type        = map(string)
}

variable "secrets_key_arns" {
  description = "Keys that encrypt those secrets."
  type        = set(string)
}

variable "statements" {
  description = "What the process itself may do in AWS: statements of its role's policy."
  type        = any
  default     = []
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "reaches" {
  description = "Whom it may call: a port, and a security group, an address range or a prefix list."
  type = map(object({
    port              = number
    security_group_id = optional(string)
    cidr              = optional(string)
    prefix_list_id    = optional(string)
  }))
}

variable "reached_from" {
  description = "Groups that may call its port."
  type        = map(string)
  default     = {}
}

variable "collector" {
  description = "A second container that reads the process's metrics and hands them to CloudWatch. Null: none."
  type = object({
    image     = string
    port      = number
    namespace = string
    token     = string
  })
  default = null
}

variable "logs_key_arn" {
  description = "Key that encrypts its log."
  type        = string
}

variable "log_retention_days" {
  description = "How long its log is kept."
  type        = number
}
