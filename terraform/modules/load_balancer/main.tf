# One balancer for all faces: the host name, and for streams the path, decides who answers, and a host that is nobody's gets 404.

resource "aws_security_group" "this" {
  name        = "${var.name}-load-balancer"
  description = "Load balancer: the web comes in, the faces are reached"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-load-balancer" }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = { HTTP = 80, HTTPS = 443 }

  security_group_id = aws_security_group.this.id
  description       = "${each.key} from anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_lb" "this" {
  name               = var.name
  load_balancer_type = "application"
  security_groups    = [aws_security_group.this.id]
  subnets            = var.subnet_ids

  enable_deletion_protection = var.deletion_protection
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  # The visitor's address comes last in X-Forwarded-For, after whatever he claimed: SOUK_TRUSTED_PROXIES is 1.
  xff_header_processing_mode = "append"
  # An import of 64 MB takes its time.
  idle_timeout = 120

  access_logs {
    enabled = true
    bucket  = var.logs_bucket
    prefix  = "load-balancer"
  }
}

resource "aws_lb_target_group" "this" {
  for_each = var.faces

  name        = "${var.name}-${each.key}"
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = each.value.port

  deregistration_delay          = 30
  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTPS"
  port              = 443
  certificate_arn   = var.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "There is nothing at this address."
      status_code  = "404"
    }
  }
}

# For the balancer and for who watches from within, not for the world. A rule takes five values. They are compared with the path
# as it was sent, which the processes decode: paths written another way are the firewall's to refuse.
resource "aws_lb_listener_rule" "health" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 1

  condition {
    path_pattern {
      values = ["/metrics", "/metrics/*", "/readyz", "/readyz/*", "/internal/*"]
    }
  }

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "There is nothing at this address."
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "face" {
  for_each = var.faces

  listener_arn = aws_lb_listener.https.arn
  priority     = each.value.priority

  condition {
    host_header {
      values = each.value.hosts
    }
  }

  dynamic "condition" {
    for_each = each.value.paths[*]

    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }
}
