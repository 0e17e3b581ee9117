mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                      = "souk-test"
  resource_arn              = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/souk/1234567890abcdef"
  requests_per_five_minutes = 3000
  logs_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  log_retention_days        = 365
}

run "it_guards_the_balancer" {
  command = apply

  assert {
    condition     = aws_wafv2_web_acl_association.this.resource_arn == var.resource_arn && aws_wafv2_web_acl_association.this.web_acl_arn == aws_wafv2_web_acl.this.arn
    error_message = "Attached."
  }

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["flood", "webhook-flood", "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"])
    error_message = "Floods, ill repute, known attacks (Log4j among the known bad inputs)."
  }

  assert {
    condition     = length(flatten([for rule in aws_wafv2_web_acl.this.rule : [for override in rule.override_action : override.none]])) == 3 && length(flatten([for rule in aws_wafv2_web_acl.this.rule : [for override in rule.override_action : override.count]])) == 0
    error_message = "Managed rules block; none is set to count as a whole."
  }

  assert {
    condition     = merge([for rule in aws_wafv2_web_acl.this.rule : { for rate in rule.statement[0].rate_based_statement : rule.name => rate.limit }]...) == { flood = 3000, webhook-flood = 30000 }
    error_message = "Limits."
  }
}

run "its_log_is_encrypted_and_keeps_no_session" {
  command = plan

  assert {
    condition     = startswith(aws_cloudwatch_log_group.this.name, "aws-waf-logs-") && aws_cloudwatch_log_group.this.kms_key_id == var.logs_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 365
    error_message = "A name AWS accepts, our key, an end."
  }

  assert {
    condition     = toset(flatten([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : field.single_header[*].name])) == toset(["authorization", "cookie"]) && anytrue([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : length(field.query_string) == 1])
    error_message = "Tokens, cookies and query strings are left out."
  }
}
