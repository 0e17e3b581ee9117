# One certificate for the load balancer, with a wildcard for shop fronts and office and one for portals, and one for
# CloudFront, which looks for it in us-east-1.

resource "aws_acm_certificate" "faces" {
  domain_name               = var.domain
  subject_alternative_names = ["*.${var.domain}", "*.portal.${var.domain}"]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate" "pictures" {
  region = "us-east-1"

  domain_name       = var.pictures_host
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # A name and its wildcard are proven by the same record.
  proofs = {
    (var.domain)             = aws_acm_certificate.faces.domain_validation_options
    "*.portal.${var.domain}" = aws_acm_certificate.faces.domain_validation_options
    (var.pictures_host)      = aws_acm_certificate.pictures.domain_validation_options
  }
}

resource "aws_route53_record" "proof" {
  for_each = local.proofs

  zone_id = var.zone_id
  name    = one([for option in each.value : option.resource_record_name if option.domain_name == each.key])
  type    = one([for option in each.value : option.resource_record_type if option.domain_name == each.key])
  records = [one([for option in each.value : option.resource_record_value if option.domain_name == each.key])]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "faces" {
  certificate_arn         = aws_acm_certificate.faces.arn
  validation_record_fqdns = [for name in [var.domain, "*.portal.${var.domain}"] : aws_route53_record.proof[name].fqdn]
}

resource "aws_acm_certificate_validation" "pictures" {
  region = "us-east-1"

  certificate_arn         = aws_acm_certificate.pictures.arn
  validation_record_fqdns = [aws_route53_record.proof[var.pictures_host].fqdn]
}

# Nobody but Amazon may issue certificates for the domain and what is below it.
resource "aws_route53_record" "caa" {
  zone_id = var.zone_id
  name    = var.domain
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \"amazon.com\""]
}
