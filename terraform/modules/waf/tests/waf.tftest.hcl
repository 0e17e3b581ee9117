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
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["flood", "webhook-flood", "inside", "not-from-a-browser", "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"])
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

  assert {
    condition     = jsonencode(merge([for rule in aws_wafv2_web_acl.this.rule : { for action in rule.action : rule.name => flatten([for block in action.block : block.custom_response[*].response_code]) if length(action.block) == 1 }]...)) == jsonencode({ flood = [429], webhook-flood = [429], inside = [404], not-from-a-browser = [] })
    error_message = "Our own rules refuse."
  }
}

run "programs_need_not_look_like_browsers" {
  command = plan

  assert {
    condition = jsonencode(merge([for rule in aws_wafv2_web_acl.this.rule : { for group in rule.statement[0].managed_rule_group_statement : rule.name => sort(group.rule_action_override[*].name) }]...)) == jsonencode({
      AWSManagedRulesAmazonIpReputationList = []
      AWSManagedRulesKnownBadInputsRuleSet  = []
      AWSManagedRulesCommonRuleSet          = ["CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "NoUserAgent_HEADER", "SizeRestrictions_BODY"]
    })
    error_message = "What is counted, and all else blocks."
  }

  assert {
    condition = jsonencode(sort(flatten([for rule in aws_wafv2_web_acl.this.rule : [for both in rule.statement[0].and_statement : both.statement[0].or_statement[0].statement[*].label_match_statement[0].key] if rule.name == "not-from-a-browser" && rule.priority == 31]))) == jsonencode([
      "awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body",
      "awswaf:managed:aws:core-rule-set:EC2MetaDataSSRF_Body",
      "awswaf:managed:aws:core-rule-set:GenericLFI_Body",
      "awswaf:managed:aws:core-rule-set:GenericRFI_Body",
      "awswaf:managed:aws:core-rule-set:NoUserAgent_Header",
    ])
    error_message = "What was counted is refused afterwards, by its label."
  }

  assert {
    condition     = jsonencode(flatten([for rule in aws_wafv2_web_acl.this.rule : [for both in rule.statement[0].and_statement : both.statement[1].not_statement[0].statement[0].or_statement[0].statement[*].byte_match_statement[0].search_string]])) == jsonencode(["/api/", "/stripe/"])
    error_message = "Unless it is asked of the API or is Stripe's."
  }
}

run "the_inside_is_refused_however_it_is_written" {
  command = plan

  assert {
    condition     = jsonencode(flatten([for rule in aws_wafv2_web_acl.this.rule : [for match in rule.statement[0].regex_match_statement : [for change in sort([for one in match.text_transformation : "${one.priority} ${one.type}"]) : change]] if rule.name == "inside"])) == jsonencode(["0 URL_DECODE", "1 NORMALIZE_PATH"])
    error_message = "Decoded first, then compared."
  }

  assert {
    condition     = [for path in ["/metrics", "/metrics/", "//readyz", "/internal/certificate", "/internal", "/metricsandmore", "/api/v1/internal/", "/livez"] : length(regexall(local.inside, path)) == 1] == [true, true, true, true, true, false, false, false]
    error_message = "These paths and no others."
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
