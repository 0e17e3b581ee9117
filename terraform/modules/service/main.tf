# Keeps a process running, in private subnets, as many as its work needs.

locals {
  full_name = "${var.name}-${var.process}"
}

resource "aws_ecs_service" "this" {
  name            = local.full_name
  cluster         = var.cluster_name
  task_definition = var.task_definition_arn
  desired_count   = var.tasks.min

  # A release that does not come up is undone: the old tasks stay until the new ones answer.
  deployment_minimum_healthy_percent = var.single ? 0 : 100
  deployment_maximum_percent         = var.single ? 100 : 200
  availability_zone_rebalancing      = var.single ? "DISABLED" : "ENABLED"
  health_check_grace_period_seconds  = var.target == null ? null : 60

  launch_type             = "FARGATE"
  platform_version        = "LATEST"
  enable_execute_command  = false
  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [var.security_group_id]
    assign_public_ip = false
  }

  dynamic "load_balancer" {
    for_each = var.target[*]

    content {
      target_group_arn = load_balancer.value.group_arn
      container_name   = var.process
      container_port   = load_balancer.value.port
    }
  }

  lifecycle {
    # Autoscaling decides, also where it keeps the number at one.
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster_name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.tasks.min
  max_capacity       = var.tasks.max
}

resource "aws_appautoscaling_policy" "cpu" {
  count = var.single ? 0 : 1

  name               = "${local.full_name}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
