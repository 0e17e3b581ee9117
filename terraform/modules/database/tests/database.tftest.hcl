mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                       = "souk-test"
  vpc_id                     = "vpc-0123456789abcdef0"
  subnet_ids                 = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  client_security_group_ids  = { web = "sg-0123456789abcdef1", worker = "sg-0123456789abcdef2" }
  key_arn                    = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  logs_key_arn               = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-3333-4444-555555555555"
  log_retention_days         = 365
  instance_class             = "db.r8g.xlarge"
  storage_gb                 = { initial = 200, max = 2000 }
  max_connections            = 800
  multi_az                   = true
  backup_retention_days      = 35
  deletion_protection        = true
  performance_retention_days = 465
}

run "encrypted_at_rest" {
  command = plan

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == var.key_arn && aws_db_instance.this.performance_insights_kms_key_id == var.key_arn
    error_message = "Storage and performance data, with our key."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == var.logs_key_arn && group.retention_in_days == 365])
    error_message = "Its log, too."
  }
}

run "encrypted_in_transit" {
  command = plan

  assert {
    condition     = local.parameters["rds.force_ssl"].value == "1" && contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "The server refuses connections without TLS."
  }
}

run "parameters_for_thousands_of_schemas" {
  command = plan

  assert {
    condition = toset([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}" if contains(["max_locks_per_transaction", "io_method", "autovacuum_max_workers", "jit", "password_encryption", "rds.accepted_password_auth_method", "max_connections"], parameter.name)]) == toset([
      "max_locks_per_transaction=1024", "io_method=worker", "autovacuum_max_workers=5", "jit=0",
      "password_encryption=scram-sha-256", "rds.accepted_password_auth_method=scram", "max_connections=800",
    ])
    error_message = "Locks for every relation of many shops, no JIT, SCRAM only."
  }

  assert {
    condition     = alltrue([for parameter in aws_db_parameter_group.this.parameter : parameter.apply_method == "pending-reboot" if contains(["max_locks_per_transaction", "io_method", "autovacuum_max_workers", "max_connections", "shared_preload_libraries"], parameter.name)])
    error_message = "What needs a restart waits for one."
  }

  assert {
    condition     = aws_db_parameter_group.this.family == "postgres18" && aws_db_instance.this.engine_version == "18"
    error_message = "PostgreSQL 18."
  }
}

run "no_statement_reaches_the_log" {
  command = plan

  assert {
    condition = toset([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}" if startswith(parameter.name, "log_") && !contains(["log_lock_waits", "log_temp_files"], parameter.name)]) == toset([
      "log_statement=none", "log_min_duration_statement=-1", "log_min_error_statement=panic",
    ])
    error_message = "Statements carry people's data and roles' passwords."
  }
}

run "it_is_not_public" {
  command = apply

  assert {
    condition     = !aws_db_instance.this.publicly_accessible && aws_db_subnet_group.this.subnet_ids == toset(var.subnet_ids)
    error_message = "In data subnets, without a public address."
  }

  assert {
    condition     = tomap({ for process, rule in aws_vpc_security_group_ingress_rule.client : process => rule.referenced_security_group_id }) == var.client_security_group_ids && alltrue([for rule in aws_vpc_security_group_ingress_rule.client : rule.cidr_ipv4 == null && rule.from_port == 5432 && rule.to_port == 5432])
    error_message = "It answers the groups of processes with a role in it, and no address range."
  }
}

run "a_standby_and_backups" {
  command = plan

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.backup_retention_period == 35 && !aws_db_instance.this.delete_automated_backups && aws_db_instance.this.copy_tags_to_snapshot
    error_message = "A standby in another zone, 35 days of backups that outlive the instance."
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot
    error_message = "Not deleted by accident, and never without a last snapshot."
  }
}

run "terraform_never_knows_the_masters_password" {
  command = plan

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null && aws_db_instance.this.password_wo == null && aws_db_instance.this.master_user_secret_kms_key_id == var.key_arn
    error_message = "RDS makes it and keeps it."
  }
}

run "performance_is_kept_for_as_long_as_it_was_paid_for" {
  command = plan

  variables {
    performance_retention_days = 7
  }

  assert {
    condition     = aws_db_instance.this.database_insights_mode == "standard" && aws_db_instance.this.performance_insights_enabled && aws_db_instance.this.performance_insights_retention_period == 7
    error_message = "Seven days are free."
  }
}

run "a_day_of_backups_is_the_least" {
  command = plan

  variables {
    backup_retention_days = 0
  }

  expect_failures = [var.backup_retention_days]
}
