mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "example-souk-documents"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  access_log      = { bucket = "example-souk-logs" }
  noncurrent_days = 90
  tier_days       = 30
}

run "closed_encrypted_versioned" {
  command = apply

  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "Closed to the public in all four ways."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "Encrypted with our key."
  }

  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "Versioned."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.this.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "No access lists on objects."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Effect == "Deny" && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Action == "s3:*"
    error_message = "Nothing without TLS."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule).noncurrent_version_expiration[0].noncurrent_days == 90 && length(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration) == 0
    error_message = "Old versions go after 90 days, current ones never."
  }

  assert {
    condition     = one(aws_s3_bucket_logging.this).target_bucket == "example-souk-logs"
    error_message = "Access is logged."
  }
}

run "without_a_key_of_ours_it_is_encrypted_all_the_same" {
  command = plan

  variables {
    kms_key_arn = null
    access_log  = null
    expire_days = 365
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "With S3's own key."
  }

  assert {
    condition     = one(one(aws_s3_bucket_lifecycle_configuration.this.rule).expiration).days == 365
    error_message = "Logs have an end."
  }
}

run "a_name_with_a_dot_is_refused" {
  command = plan

  variables {
    name = "documents.example.com"
  }

  expect_failures = [var.name]
}
