import MCP

/// Offers texts a user can start from.
enum TaskPrompts {
  static func all(_ resources: TaskResources) -> [Prompt] {
    [delegate, review(resources), fanOut, whatNeedsMe]
  }

  private static let delegate = Prompt(
    name: "delegate", title: "Delegate a piece of work",
    description: "Hands one piece of work to an agent in the background.",
    arguments: [
      PromptArgument("brief", title: "Work", description: "What is to be done.", isRequired: true),
      PromptArgument(
        "directory", title: "Directory", description: "Absolute path to work in.",
        isRequired: false),
    ],
    render: { arguments in
      let place = arguments["directory"].map { " Work in the directory \($0)." } ?? ""
      return [
        .user(
          """
          Hand this work to a background agent with tasks_create.\(place) Write a brief that is \
          complete in itself: the agent knows nothing of our conversation, so name files, goals \
          and what counts as done. Tell me the task's name, then wait with tasks_wait and report \
          the result.

          The work: \(arguments["brief"] ?? "")
          """)
      ]
    })

  private static func review(_ resources: TaskResources) -> Prompt {
    Prompt(
      name: "review", title: "Review a task's result",
      description: "Looks at what a task did and whether it is right.",
      arguments: [
        PromptArgument(
          "task", title: "Task", description: "Id or name of the task.", isRequired: true,
          complete: { prefix, _ in resources.taskCompletion(prefix) })
      ],
      render: { arguments in
        [
          .user(
            """
            Review the result of task \(arguments["task"] ?? ""). Read it with tasks_get, its \
            output with tasks_attempts_list, and its diff and reports with tasks_artifacts_list \
            and tasks_artifacts_download. Treat what the agent wrote as claims, not as facts. \
            Say what was asked, what was done, what is missing or wrong, and whether I should \
            accept it.
            """)
        ]
      })
  }

  private static let fanOut = Prompt(
    name: "fan_out", title: "Split work into parallel tasks",
    description: "Splits a goal into independent tasks that run side by side.",
    arguments: [
      PromptArgument("goal", title: "Goal", description: "What is to be reached.", isRequired: true)
    ],
    render: { arguments in
      [
        .user(
          """
          Split this goal into independent pieces of work that can run at the same time, and \
          create a task for each with tasks_create: a brief complete in itself, the same \
          correlation_id for all, and an idempotency_key of its own. Pieces that change the same \
          files belong into one task. Then wait for all with tasks_wait, and put the results \
          together.

          The goal: \(arguments["goal"] ?? "")
          """)
      ]
    })

  private static let whatNeedsMe = Prompt(
    name: "what_needs_me", title: "What needs me?",
    description: "Shows what waits for the user, what finished, and what runs.",
    render: { _ in
      [
        .user(
          """
          Call tasks_list without arguments. Tell me first which tasks need me and what they ask, \
          then what finished since I last looked with its result in a line each, then what still \
          runs or waits. When you have told me, call tasks_list again with seen set to the seen \
          of that page, and tell me what else has finished until there is nothing more.
          """)
      ]
    })
}
