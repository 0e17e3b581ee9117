mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                = "souk-test"
  vpc_id              = "vpc-0123456789abcdef0"
  subnet_ids          = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  logs_bucket         = "example-souk-logs"
  deletion_protection = true
  faces = {
    office = { hosts = ["office.souk.example"], port = 8000, priority = 10 }
    portal = { hosts = ["*.portal.souk.example"], port = 8000, priority = 20 }
    web    = { hosts = ["souk.example", "*.souk.example"], port = 8000, priority = 30 }
    live   = { hosts = ["souk.example"], paths = ["/live/*"], port = 8000, priority = 5 }
  }
}

run "hosts_decide_who_answers" {
  command = plan

  assert {
    condition     = { for face, rule in aws_lb_listener_rule.face : face => [rule.priority, toset(flatten([for condition in rule.condition : [for header in condition.host_header : header.values]])), toset(flatten([for condition in rule.condition : [for path in condition.path_pattern : path.values]]))] } == { for face, rule in var.faces : face => [rule.priority, toset(rule.hosts), toset(rule.paths == null ? [] : rule.paths)] }
    error_message = "Each face its hosts, streams their paths, the more special before the wildcard that covers them."
  }

  assert {
    condition     = one(aws_lb_listener.https.default_action).type == "fixed-response" && one(one(aws_lb_listener.https.default_action).fixed_response).status_code == "404"
    error_message = "A host that is nobody's gets 404."
  }
}

run "the_world_sees_nothing_of_the_inside" {
  command = plan

  assert {
    condition     = aws_lb_listener_rule.health.priority == 1 && one(one(aws_lb_listener_rule.health.condition).path_pattern).values == toset(["/metrics", "/metrics/*", "/readyz", "/readyz/*", "/internal/*"]) && one(one(aws_lb_listener_rule.health.action).fixed_response).status_code == "404"
    error_message = "Asked first, answered with 404."
  }

  assert {
    condition     = alltrue([for group in aws_lb_target_group.this : one(group.health_check).path == "/readyz" && group.target_type == "ip"])
    error_message = "The balancer itself asks whether tasks are ready."
  }
}

run "tls_only" {
  command = plan

  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06" && aws_lb_listener.https.certificate_arn == var.certificate_arn
    error_message = "TLS 1.2 or 1.3."
  }

  assert {
    condition     = one(aws_lb_listener.http.default_action).type == "redirect" && one(one(aws_lb_listener.http.default_action).redirect).protocol == "HTTPS" && one(one(aws_lb_listener.http.default_action).redirect).status_code == "HTTP_301"
    error_message = "What comes without is sent there."
  }
}

run "it_is_logged_and_kept" {
  command = plan

  assert {
    condition     = one(aws_lb.this.access_logs).enabled && one(aws_lb.this.access_logs).bucket == "example-souk-logs" && aws_lb.this.enable_deletion_protection && aws_lb.this.drop_invalid_header_fields && aws_lb.this.desync_mitigation_mode == "strictest"
    error_message = "Logged, not deleted by accident, strict about headers."
  }
}
