# The hosts people type. The most specific name wins, so one that is named stands beside a wildcard.

resource "aws_route53_record" "ipv4" {
  for_each = var.aliases

  zone_id = var.zone_id
  name    = each.key
  type    = "A"

  alias {
    name                   = each.value.domain_name
    zone_id                = each.value.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "ipv6" {
  for_each = { for name, target in var.aliases : name => target if target.ipv6 }

  zone_id = var.zone_id
  name    = each.key
  type    = "AAAA"

  alias {
    name                   = each.value.domain_name
    zone_id                = each.value.zone_id
    evaluate_target_health = false
  }
}
