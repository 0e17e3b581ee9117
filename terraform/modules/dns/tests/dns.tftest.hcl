mock_provider "aws" {
  source = "../../mocks"
}

variables {
  zone_id = "Z0123456789ABCDEFGHIJ"
  aliases = {
    "*.souk.example"     = { domain_name = "souk-1.eu-central-1.elb.amazonaws.com", zone_id = "Z215JYRZR1TBD5" }
    "media.souk.example" = { domain_name = "d111111abcdef8.cloudfront.net", zone_id = "Z2FDTNDATAQYW2", ipv6 = true }
  }
}

run "hosts_lead_where_they_should" {
  command = plan

  assert {
    condition     = { for host, record in aws_route53_record.ipv4 : host => one(record.alias).name } == { for host, target in var.aliases : host => target.domain_name }
    error_message = "Each to its own."
  }

  assert {
    condition     = keys(aws_route53_record.ipv6) == ["media.souk.example"]
    error_message = "IPv6 where the other end has it."
  }
}
