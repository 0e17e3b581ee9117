mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                = "souk-test"
  process             = "web"
  cluster_name        = "souk-test"
  task_definition_arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/souk:1"
  subnet_ids          = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  security_group_id   = "sg-0123456789abcdef1"
  tasks               = { min = 2, max = 8 }
  target              = { group_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/souk/1234567890abcdef", port = 8000 }
}

run "it_runs_in_private" {
  command = plan

  assert {
    condition     = !one(aws_ecs_service.this.network_configuration).assign_public_ip && one(aws_ecs_service.this.network_configuration).subnets == toset(var.subnet_ids) && one(aws_ecs_service.this.network_configuration).security_groups == toset([var.security_group_id])
    error_message = "Private subnets, no public address, its own group."
  }

  assert {
    condition     = !aws_ecs_service.this.enable_execute_command
    error_message = "Nobody gets a shell in it."
  }
}

run "it_grows_with_its_work" {
  command = plan

  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 2 && aws_appautoscaling_target.this.max_capacity == 8 && length(aws_appautoscaling_policy.cpu) == 1
    error_message = "Two to eight."
  }
}

run "a_release_that_fails_is_undone" {
  command = plan

  assert {
    condition     = one(aws_ecs_service.this.deployment_circuit_breaker).enable && one(aws_ecs_service.this.deployment_circuit_breaker).rollback && aws_ecs_service.this.deployment_minimum_healthy_percent == 100
    error_message = "The old tasks stay until the new ones answer."
  }
}

run "there_is_never_a_second_of_what_is_single" {
  command = plan

  variables {
    process = "beat"
    single  = true
    tasks   = { min = 1, max = 1 }
    target  = null
  }

  assert {
    condition     = aws_ecs_service.this.deployment_maximum_percent == 100 && aws_ecs_service.this.deployment_minimum_healthy_percent == 0 && length(aws_appautoscaling_policy.cpu) == 0 && length(aws_ecs_service.this.load_balancer) == 0
    error_message = "The old one ends first, and nothing scales it."
  }
}

run "two_of_what_is_single_are_refused" {
  command = plan

  variables {
    single = true
  }

  expect_failures = [var.tasks]
}
