# One key for each kind of data, so that who may read one kind cannot read another.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.region

  # Services of AWS that use a key by themselves, and where that is all they may do with it. Services that act on behalf of
  # a caller (RDS, ElastiCache, Secrets Manager) are let in by a grant of that caller's.
  purposes = {
    backups  = { description = "Recovery points of AWS Backup", statements = [] }
    database = { description = "RDS: storage, snapshots, performance data, master password", statements = [] }
    secrets  = { description = "Secrets of the processes", statements = [] }
    valkey   = { description = "ElastiCache: storage and snapshots", statements = [] }

    alarms = {
      description = "Alarms on their way to people"
      statements = [{
        Sid       = "AlarmsArePublished"
        Effect    = "Allow"
        Principal = { Service = ["backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "ses.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      }]
    }

    logs = {
      description = "Log groups"
      statements = [{
        Sid       = "LogsAreWritten"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = {
          ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${local.region}:${local.account}:log-group:*" }
        }
      }]
    }

    storage = {
      description = "Pictures and documents in S3"
      statements = [{
        Sid       = "PicturesAreServed"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = "kms:Decrypt"
        Resource  = "*"
        # Which distribution may read which bucket is settled by the bucket's policy.
        Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:cloudfront::${local.account}:distribution/*" } }
      }]
    }
  }
}

resource "aws_kms_key" "this" {
  for_each = local.purposes

  description             = "${var.name}: ${each.value.description}"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "AccountDecides"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }], each.value.statements)
  })
}

resource "aws_kms_alias" "this" {
  for_each = aws_kms_key.this

  name          = "alias/${var.name}-${each.key}"
  target_key_id = each.value.key_id
}
