mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name          = "souk-test"
  names         = ["django-web", "store"]
  key_arn       = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  recovery_days = 30
}

run "places_with_our_key" {
  command = plan

  assert {
    condition     = { for name, secret in aws_secretsmanager_secret.this : name => secret.name } == { django-web = "souk-test/django-web", store = "souk-test/store" }
    error_message = "One for each name."
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.kms_key_id == var.key_arn && secret.recovery_window_in_days == 30])
    error_message = "Encrypted with our key, and brought back for 30 days."
  }
}
