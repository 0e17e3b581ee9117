mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name = "souk-test"
}

run "keys_are_apart_and_rotate" {
  command = plan

  assert {
    condition     = toset(keys(aws_kms_key.this)) == toset(["alarms", "backups", "database", "logs", "secrets", "storage", "valkey"])
    error_message = "A key for each kind of data."
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation && key.deletion_window_in_days == 30])
    error_message = "Keys are rotated, and can be brought back for 30 days."
  }
}

run "nobody_but_the_account_and_named_services_uses_a_key" {
  command = plan

  assert {
    condition     = alltrue([for key in aws_kms_key.this : jsondecode(key.policy).Statement[0].Principal.AWS == "arn:aws:iam::123456789012:root"])
    error_message = "The account decides who uses a key."
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.this : alltrue([for statement in slice(jsondecode(key.policy).Statement, 1, length(jsondecode(key.policy).Statement)) : can(statement.Principal.Service) && can(statement.Condition)])])
    error_message = "Services use a key under a condition."
  }

  assert {
    condition     = alltrue([for purpose in ["backups", "database", "secrets", "valkey"] : length(jsondecode(aws_kms_key.this[purpose].policy).Statement) == 1])
    error_message = "No service uses the keys of database, secrets, Valkey and backups by itself."
  }
}
