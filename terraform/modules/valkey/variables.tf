variable "name" {
  description = "Name of the replication group, and what its users' names begin with."
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

variable "users" {
  description = "What each process's user may do, as an access string without on or off."
  type        = map(string)
}

variable "key_arn" {
  description = "Key that encrypts storage and snapshots."
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

variable "node_type" {
  description = "Size of each node."
  type        = string

  validation {
    condition     = startswith(var.node_type, "cache.")
    error_message = "An ElastiCache type such as cache.m7g.large."
  }
}

variable "nodes" {
  description = "The primary and its replicas, in different zones. With two or more, a replica takes over."
  type        = number

  validation {
    condition     = var.nodes >= 1 && var.nodes <= 6
    error_message = "One to six."
  }
}

variable "snapshot_retention_days" {
  description = "How long daily snapshots are kept: sessions and rings, convenient but not needed. 0: none."
  type        = number
}
