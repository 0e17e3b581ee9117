mock_provider "aws" {
  source = "../../mocks"
}

variables {
  domain        = "souk.example"
  pictures_host = "media.souk.example"
  zone_id       = "Z0123456789ABCDEFGHIJ"
}

run "one_certificate_covers_every_face" {
  command = apply

  assert {
    condition     = aws_acm_certificate.faces.domain_name == "souk.example" && toset(aws_acm_certificate.faces.subject_alternative_names) == toset(["*.souk.example", "*.portal.souk.example"])
    error_message = "The marketplace, shop fronts and office, portals."
  }

  assert {
    condition     = { for name, record in aws_route53_record.proof : name => record.name } == { "souk.example" = "_a.souk.example", "*.portal.souk.example" = "_b.portal.souk.example", "media.souk.example" = "_c.media.souk.example" }
    error_message = "A record proves each name once."
  }
}

run "cloudfront_finds_its_certificate" {
  command = apply

  assert {
    condition     = aws_acm_certificate.pictures.region == "us-east-1" && aws_acm_certificate_validation.pictures.region == "us-east-1"
    error_message = "It looks in us-east-1 only."
  }
}

run "only_amazon_issues" {
  command = plan

  assert {
    condition     = aws_route53_record.caa.type == "CAA" && aws_route53_record.caa.records == toset(["0 issue \"amazon.com\"", "0 issuewild \"amazon.com\""])
    error_message = "CAA names Amazon alone."
  }
}
