mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id           = "123456789012"
  domain               = "souk.example"
  zone_id              = "Z0123456789ABCDEFGHIJ"
  bucket_prefix        = "example-souk-staging"
  image                = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/souk@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/souk"
  alarm_emails         = ["operations@souk.example"]
}

run "staging_is_small_and_no_less_closed" {
  command = apply

  assert {
    condition     = !output.souk.database.multi_az && length(output.souk.nat_addresses) == 1 && length(output.souk.run_task.subnets) == 2
    error_message = "One server, one way out, two zones."
  }

  assert {
    condition     = output.souk.database.storage_encrypted && !output.souk.database.publicly_accessible && output.souk.database.backup_retention_days == 7 && output.souk.database.parameters["rds.force_ssl"] == "1"
    error_message = "Encrypted, closed and backed up like production."
  }

  assert {
    condition     = length(output.souk.secret_arns) == 9 && startswith(output.souk.waf_arn, "arn:aws:wafv2:")
    error_message = "Secret sets and firewall like production."
  }

  assert {
    condition     = length([for name in output.souk.alarms.names : name if strcontains(name, "queue-age")]) == 0
    error_message = "No collector, no alarms on what it would tell."
  }
}
