# PostgreSQL for thousands of schemas. All shops are schemas of one database on one server.

locals {
  port = 5432

  # What follows max_connections, ssl and logs is what thousands of schemas ask for (docs/guides/operator.md).
  parameters = {
    max_connections           = { value = tostring(var.max_connections), static = true }
    max_locks_per_transaction = { value = "1024", static = true }
    # Just-in-time compilation costs more than it saves on a catalog of hundreds of thousands of relations.
    jit                      = { value = "0", static = false }
    # Any vendor's session could otherwise fill the disk beside its tables (kB).
    temp_file_limit          = { value = "4194304", static = false }
    autovacuum_max_workers   = { value = "5", static = true }
    io_method                = { value = "worker", static = true }
    shared_preload_libraries = { value = "pg_stat_statements", static = true }

    "rds.force_ssl"                     = { value = "1", static = false }
    "rds.accepted_password_auth_method" = { value = "scram", static = false }
    password_encryption                 = { value = "scram-sha-256", static = false }
    # The master, who is no superuser here, can hand on to `owner` what it makes for `owner`.
    createrole_self_grant = { value = "set, inherit", static = false }

    idle_in_transaction_session_timeout = { value = "60000", static = false }

    # Statements carry people's data and, when roles are made, passwords. So none is logged, not even one that fails or is
    # slow: Performance Insights and pg_stat_statements show them without their values.
    log_statement              = { value = "none", static = false }
    log_min_duration_statement = { value = "-1", static = false }
    log_min_error_statement    = { value = "panic", static = false }
    log_lock_waits             = { value = "1", static = false }
    log_temp_files             = { value = "65536", static = false }
  }
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "PostgreSQL; answers the processes that have a role in it"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  description                  = "PostgreSQL from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-postgres18"
  family      = "postgres18"
  description = "PostgreSQL 18 for a schema per vendor"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.static ? "pending-reboot" : "immediate"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["postgresql", "upgrade"])

  # RDS writes to these names; made here first, they have our key and an end.
  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_key_arn
}

resource "aws_iam_role" "monitoring" {
  name = "${var.name}-database-monitoring"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = "postgres"
  engine_version = "18"
  instance_class = var.instance_class

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  multi_az               = var.multi_az
  port                   = local.port
  ca_cert_identifier     = "rds-ca-rsa2048-g1"
  parameter_group_name   = aws_db_parameter_group.this.name

  # RDS makes the password, keeps it in Secrets Manager and changes it every week; it never comes this way.
  username                      = "souk_admin"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.key_arn

  storage_type          = "gp3"
  allocated_storage     = var.storage_gb.initial
  max_allocated_storage = var.storage_gb.max
  storage_encrypted     = true
  kms_key_id            = var.key_arn

  backup_retention_period   = var.backup_retention_days
  backup_window             = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = "${var.name}-last"

  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = false

  database_insights_mode                = var.performance_retention_days == 465 ? "advanced" : "standard"
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.key_arn
  performance_insights_retention_period = var.performance_retention_days
  monitoring_interval                   = 15
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  enabled_cloudwatch_logs_exports       = keys(aws_cloudwatch_log_group.this)
}
