# Pictures: anyone may see them, through CloudFront only. Documents: nobody but the processes and who holds a signed link of
# theirs. Logs: what load balancer, CloudFront and S3 write about access.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account  = data.aws_caller_identity.current.account_id
  region   = data.aws_region.current.region
  logs_arn = "arn:aws:s3:::${var.bucket_prefix}-logs"

  picture_readers = [{
    Sid       = "OurDistributionReads"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    Action    = "s3:GetObject"
    Resource  = "arn:aws:s3:::${var.bucket_prefix}-pictures/*"
    Condition = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.pictures.arn } }
  }]
}

module "logs" {
  source = "../bucket"

  name            = "${var.bucket_prefix}-logs"
  noncurrent_days = 7
  expire_days     = var.log_retention_days

  statements = [
    {
      Sid       = "LoadBalancer"
      Effect    = "Allow"
      Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${local.logs_arn}/load-balancer/AWSLogs/${local.account}/*"
      Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:elasticloadbalancing:${local.region}:${local.account}:loadbalancer/*" } }
    },
    {
      Sid       = "Buckets"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${local.logs_arn}/s3/*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    },
    {
      Sid       = "CloudFront"
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${local.logs_arn}/AWSLogs/${local.account}/CloudFront/*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:aws:logs:us-east-1:${local.account}:delivery-source:*" }
      }
    },
  ]
}

module "pictures" {
  source = "../bucket"

  name            = "${var.bucket_prefix}-pictures"
  kms_key_arn     = var.key_arn
  access_log      = { bucket = module.logs.name }
  noncurrent_days = var.deleted_days
  statements      = local.picture_readers
}

module "documents" {
  source = "../bucket"

  name            = "${var.bucket_prefix}-documents"
  kms_key_arn     = var.key_arn
  access_log      = { bucket = module.logs.name }
  noncurrent_days = var.deleted_days
  tier_days       = 30
}
