# Cache, sessions and the doorbell. Losing it signs people out and nothing more, and no process may read another's keys.

locals {
  port = 6379
}

resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-valkey"
  description = "Valkey; answers our processes"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-valkey" }
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  description                  = "Valkey from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-valkey8"
  family      = "valkey8"
  description = "Evicts what has an end before it refuses to write"

  # Sessions and caches have an end; rings in a queue have none and are kept.
  parameter {
    name  = "maxmemory-policy"
    value = "volatile-lru"
  }
}

# Made without a password, and so that nobody here may log in: by IAM, which no role is allowed. The operator gives each a
# password, which Terraform then neither sees nor takes away.
resource "aws_elasticache_user" "this" {
  for_each = var.users

  # IAM demands that the two be the same.
  user_id       = "${var.name}-${each.key}"
  user_name     = "${var.name}-${each.key}"
  engine        = "valkey"
  access_string = "on ${each.value}"

  authentication_mode {
    type = "iam"
  }

  lifecycle {
    ignore_changes = [authentication_mode]
  }
}

# A group of Valkey's has no default user: who names none is refused.
resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = "valkey"
  user_ids      = [for user in aws_elasticache_user.this : user.user_id]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}/valkey"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "Cache, sessions and doorbell"
  engine               = "valkey"
  engine_version       = "8.1"
  node_type            = var.node_type
  num_cache_clusters   = var.nodes
  port                 = local.port
  parameter_group_name = aws_elasticache_parameter_group.this.name

  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  multi_az_enabled           = var.nodes > 1
  automatic_failover_enabled = var.nodes > 1

  user_group_ids             = [aws_elasticache_user_group.this.user_group_id]
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  at_rest_encryption_enabled = true
  kms_key_id                 = var.key_arn

  snapshot_retention_limit   = var.snapshot_retention_days
  snapshot_window            = "01:00-02:00"
  maintenance_window         = "sun:04:30-sun:05:30"
  auto_minor_version_upgrade = true

  # Not the slow log, which quotes commands and with them people's data.
  log_delivery_configuration {
    log_type         = "engine-log"
    log_format       = "json"
    destination_type = "cloudwatch-logs"
    destination      = aws_cloudwatch_log_group.this.name
  }
}
