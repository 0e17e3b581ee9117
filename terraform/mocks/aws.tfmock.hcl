# What AWS would answer, in its form: tests assert what we asked for, and the provider checks the form of what it is handed.

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_region" {
  defaults = { region = "eu-central-1" }
}

mock_resource "aws_acm_certificate" {
  defaults = {
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
    domain_validation_options = [
      { domain_name = "souk.example", resource_record_name = "_a.souk.example", resource_record_type = "CNAME", resource_record_value = "_a.acm-validations.aws" },
      { domain_name = "*.souk.example", resource_record_name = "_a.souk.example", resource_record_type = "CNAME", resource_record_value = "_a.acm-validations.aws" },
      { domain_name = "*.portal.souk.example", resource_record_name = "_b.portal.souk.example", resource_record_type = "CNAME", resource_record_value = "_b.acm-validations.aws" },
      { domain_name = "media.souk.example", resource_record_name = "_c.media.souk.example", resource_record_type = "CNAME", resource_record_value = "_c.acm-validations.aws" },
    ]
  }
}

mock_resource "aws_backup_vault" {
  defaults = { arn = "arn:aws:backup:eu-central-1:123456789012:backup-vault:souk" }
}

mock_resource "aws_cloudfront_distribution" {
  defaults = {
    arn            = "arn:aws:cloudfront::123456789012:distribution/E1234567890ABC"
    domain_name    = "d111111abcdef8.cloudfront.net"
    hosted_zone_id = "Z2FDTNDATAQYW2"
  }
}

mock_resource "aws_cloudwatch_log_delivery_destination" {
  defaults = { arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:pictures" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:souk" }
}

mock_resource "aws_db_instance" {
  defaults = {
    arn                = "arn:aws:rds:eu-central-1:123456789012:db:souk"
    address            = "souk.abcdefghijkl.eu-central-1.rds.amazonaws.com"
    master_user_secret = [{ kms_key_id = "", secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1-AbCdEf", secret_status = "active" }]
  }
}

mock_resource "aws_ecs_task_definition" {
  defaults = { arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/souk:1" }
}

mock_resource "aws_elasticache_replication_group" {
  defaults = { primary_endpoint_address = "master.souk.abcdef.euc1.cache.amazonaws.com" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/souk" }
}

mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
}

mock_resource "aws_lb" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/souk/1234567890abcdef"
    arn_suffix = "app/souk/1234567890abcdef"
    dns_name   = "souk-1.eu-central-1.elb.amazonaws.com"
    zone_id    = "Z215JYRZR1TBD5"
  }
}

mock_resource "aws_lb_listener" {
  defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/souk/1234567890abcdef/1234567890abcdef" }
}

mock_resource "aws_lb_target_group" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/souk/1234567890abcdef"
    arn_suffix = "targetgroup/souk/1234567890abcdef"
  }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    arn                         = "arn:aws:s3:::example"
    bucket_regional_domain_name = "example.s3.eu-central-1.amazonaws.com"
  }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk/secret-AbCdEf" }
}

mock_resource "aws_security_group" {
  defaults = { id = "sg-0123456789abcdef0" }
}

mock_resource "aws_sesv2_email_identity" {
  defaults = {
    arn                     = "arn:aws:ses:eu-central-1:123456789012:identity/souk.example"
    dkim_signing_attributes = { tokens = ["one", "two", "three"] }
  }
}

mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:souk-alarms" }
}

mock_resource "aws_wafv2_web_acl" {
  defaults = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/souk/11111111-2222-3333-4444-555555555555" }
}
