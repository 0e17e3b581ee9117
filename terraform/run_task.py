#!/usr/bin/env python3
"""Runs a job, or a command as one of the processes, once, and ends as it ended.

    terraform output -json souk | ../../run_task.py release
    terraform output -json souk | ../../run_task.py office python manage.py reconcile

Starts a task with that process's image, secrets and network, waits for its end and prints what it logged. Exit status: the
command's own; 1 when the task could not be started. Needs Python 3.11 and the AWS command line, signed in.
"""

import json
import subprocess
import sys
import time
from typing import Any


def aws(*command: str) -> dict[str, Any]:
    done = subprocess.run(["aws", *command, "--output", "json"], stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout or "{}")
    return answer


def run(place: dict[str, Any], process: str, command: list[str], seconds_between_looks: float = 5) -> int:
    """`place` is `run_task` in Terraform's output."""
    cluster = ("--cluster", place["cluster"])
    network = {
        "subnets": place["subnets"],
        "securityGroups": [place["security_groups"][process]],
        "assignPublicIp": "DISABLED",
    }
    overrides = {"containerOverrides": [{"name": process, "command": command}] if command else []}
    started = aws(
        *("ecs", "run-task", *cluster, "--launch-type", "FARGATE", "--task-definition", place["families"][process]),
        *(
            "--network-configuration",
            json.dumps({"awsvpcConfiguration": network}),
            "--overrides",
            json.dumps(overrides),
        ),
    )
    if not started["tasks"]:
        print(f"not started: {started['failures']}", file=sys.stderr)  # noqa: T201
        return 1
    arn = started["tasks"][0]["taskArn"]
    while (task := aws("ecs", "describe-tasks", *cluster, "--tasks", arn)["tasks"][0])["lastStatus"] != "STOPPED":
        time.sleep(seconds_between_looks)
    ours = next(container for container in task["containers"] if container["name"] == process)
    if "exitCode" not in ours:
        print(f"not started: {task.get('stoppedReason')} {ours.get('reason', '')}", file=sys.stderr)  # noqa: T201
        return 1
    stream = f"souk/{process}/{arn.rsplit('/', 1)[1]}"
    log = ("--log-group-name", place["log_groups"][process], "--log-stream-name", stream, "--start-from-head")
    for event in aws("logs", "get-log-events", *log)["events"]:
        print(event["message"])  # noqa: T201
    return int(ours["exitCode"])


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    sys.exit(run(json.load(sys.stdin)["run_task"], sys.argv[1], sys.argv[2:]))
