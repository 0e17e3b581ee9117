mock_provider "aws" {
  source = "../../mocks"
}

# Told apart from the bucket of pictures.
override_resource {
  target = module.souk.module.storage.module.documents.aws_s3_bucket.this
  values = { arn = "arn:aws:s3:::example-souk-documents" }
}

variables {
  account_id           = "123456789012"
  domain               = "souk.example"
  zone_id              = "Z0123456789ABCDEFGHIJ"
  bucket_prefix        = "example-souk"
  image                = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/souk@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/souk"
  collector_image      = "public.ecr.aws/collector@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  alarm_emails         = ["operations@souk.example"]
}

run "production_outlives_a_zone_and_a_mistake" {
  command = apply

  assert {
    condition     = output.souk.database.multi_az && output.souk.database.storage_encrypted && !output.souk.database.publicly_accessible
    error_message = "The database has a standby, is encrypted, and is not public."
  }

  assert {
    condition     = output.souk.database.backup_retention_days == 35 && output.souk.database.deletion_protection
    error_message = "Every moment of 35 days can be restored, and nothing is deleted by accident."
  }

  assert {
    condition     = output.souk.database.parameters.max_locks_per_transaction == "1024" && output.souk.database.parameters.jit == "0" && output.souk.database.parameters["rds.force_ssl"] == "1"
    error_message = "What thousands of schemas ask for, and TLS."
  }

  assert {
    condition     = alltrue([for process, count in output.souk.task_counts : count.min >= 2 || contains(["beat", "builder"], process)])
    error_message = "Two of every process that may be more than one."
  }

  assert {
    condition     = length(output.souk.run_task.subnets) == 3 && length(output.souk.nat_addresses) == 3
    error_message = "Three zones, each with its own way out."
  }

  assert {
    condition     = length(output.souk.backup.resources) == 3
    error_message = "Database, pictures and documents have recovery points apart."
  }

  assert {
    condition     = length(output.souk.secret_arns) == 10 && length(output.souk.valkey.user_names) == 8
    error_message = "A secret set for each of eight processes and two jobs, a Valkey user for each process."
  }

  assert {
    condition     = startswith(output.souk.waf_arn, "arn:aws:wafv2:")
    error_message = "A firewall guards the balancer."
  }

  assert {
    condition     = contains(output.souk.alarms.names, "souk-production-queue-age-outbox") && contains(output.souk.alarms.names, "souk-production-database-connections") && contains(output.souk.alarms.names, "souk-production-valkey-2-replication")
    error_message = "Queues, connections and replication are watched."
  }
}

run "another_account_is_named_by_twelve_digits" {
  command = plan

  variables {
    account_id = "production"
  }

  expect_failures = [var.account_id]
}
