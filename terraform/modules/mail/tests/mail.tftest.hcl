mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name             = "souk-test"
  domain           = "souk.example"
  zone_id          = "Z0123456789ABCDEFGHIJ"
  alarm_topic_arn  = "arn:aws:sns:eu-central-1:123456789012:souk-alarms"
  dmarc_reports_to = "operations@souk.example"
}

run "signed_from_our_host_and_refused_otherwise" {
  command = apply

  assert {
    condition     = [for record in aws_route53_record.dkim : record.name] == [for token in ["one", "two", "three"] : "${token}._domainkey.souk.example"]
    error_message = "DKIM."
  }

  assert {
    condition     = aws_route53_record.spf.name == "bounce.souk.example" && aws_route53_record.spf.records == toset(["v=spf1 include:amazonses.com -all"])
    error_message = "SPF."
  }

  assert {
    condition     = aws_route53_record.dmarc.records == toset(["v=DMARC1; p=reject; rua=mailto:operations@souk.example"])
    error_message = "DMARC."
  }
}

run "mail_travels_encrypted" {
  command = plan

  assert {
    condition     = one(aws_sesv2_configuration_set.this.delivery_options).tls_policy == "REQUIRE"
    error_message = "Or not at all."
  }
}

run "the_sender_can_do_nothing_else" {
  command = apply

  assert {
    condition     = jsondecode(aws_iam_group_policy.smtp.policy).Statement[*].Action == ["ses:SendRawEmail"] && jsondecode(aws_iam_group_policy.smtp.policy).Statement[0].Condition.StringLike["ses:FromAddress"] == "*@souk.example"
    error_message = "Send, in the domain's name."
  }
}
