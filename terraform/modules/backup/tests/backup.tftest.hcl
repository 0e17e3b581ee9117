mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "souk-test"
  key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  resource_arns   = ["arn:aws:rds:eu-central-1:123456789012:db:souk", "arn:aws:s3:::example-souk-documents"]
  keep_days       = { daily = 35, monthly = 400 }
  locked          = true
  copy_region     = "eu-west-1"
  alarm_topic_arn = "arn:aws:sns:eu-central-1:123456789012:souk-alarms"
}

run "daily_and_monthly_encrypted_and_locked" {
  command = plan

  assert {
    condition     = aws_backup_vault.this.kms_key_arn == var.key_arn
    error_message = "With our key."
  }

  assert {
    condition     = { for rule in aws_backup_plan.this.rule : rule.rule_name => one(rule.lifecycle).delete_after } == { daily = 35, monthly = 400 }
    error_message = "35 days and 400."
  }

  assert {
    condition     = one(aws_backup_vault_lock_configuration.this).min_retention_days == 35 && one(aws_backup_vault_lock_configuration.this).max_retention_days == 400
    error_message = "Nobody deletes early."
  }

  assert {
    condition     = aws_backup_selection.this.resources == toset(var.resource_arns)
    error_message = "All that is to be kept."
  }
}

run "a_copy_lies_in_another_region" {
  command = apply

  assert {
    condition     = one(aws_backup_vault.copy).region == "eu-west-1" && one(aws_kms_key.copy).region == "eu-west-1" && one(aws_kms_key.copy).enable_key_rotation
    error_message = "With a key of that region."
  }

  assert {
    condition     = { for rule in aws_backup_plan.this.rule : rule.rule_name => length(rule.copy_action) } == { daily = 1, monthly = 0 }
    error_message = "Of every daily point."
  }
}

run "no_copy_where_none_is_wanted" {
  command = plan

  variables {
    copy_region = null
    locked      = false
  }

  assert {
    condition     = length(aws_backup_vault.copy) == 0 && length(aws_backup_vault_lock_configuration.this) == 0
    error_message = "Neither copy nor lock."
  }
}

run "failures_are_told" {
  command = plan

  assert {
    condition     = contains(aws_backup_vault_notifications.this.backup_vault_events, "BACKUP_JOB_FAILED") && aws_backup_vault_notifications.this.sns_topic_arn == var.alarm_topic_arn
    error_message = "A backup that fails wakes somebody."
  }
}
