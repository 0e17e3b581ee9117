variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "key_arn" {
  description = "Key that encrypts alarms on their way."
  type        = string
}

variable "emails" {
  description = "Who is told. Each has to confirm by a link in a first mail."
  type        = set(string)

  validation {
    condition     = alltrue([for address in var.emails : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "Mail addresses."
  }
}

variable "load_balancer" {
  description = "The balancer and its target groups, as CloudWatch names them."
  type        = object({ load_balancer = string, target_groups = map(string) })
}

variable "latency_seconds" {
  description = "How long 95 of 100 answers may take."
  type        = number
}

variable "cluster_name" {
  description = "ECS cluster."
  type        = string
}

variable "services" {
  description = "Services by process, and how many tasks each has at least."
  type        = map(object({ name = string, min = number }))
}

variable "database" {
  description = "The instance, its connections, and its storage in GB at the beginning."
  type        = object({ identifier = string, max_connections = number, storage_gb = number })
}

variable "valkey_node_ids" {
  description = "Valkey's nodes; the first is the primary at the beginning."
  type        = list(string)
}

variable "metrics_namespace" {
  description = "Where the processes' own metrics are. Null: nothing collects them."
  type        = string
  default     = null
}

variable "queue_age_seconds" {
  description = "For how long due work may wait, and which queues are watched."
  type        = object({ limit = number, queues = set(string) })
}
