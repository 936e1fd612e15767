import JSON

// Views hold words of agents, clients and repositories in many places; each is cleaned here.

extension Actor {
  /// Gives the actor as it may be shown.
  package var cleaned: Actor {
    Actor(kind: kind, name: CleanText.line(name, limit: ViewLimit.title))
  }
}

extension Usage {
  /// Gives the usage as it may be shown; model and provider are the agent's words.
  package var cleaned: Usage {
    var usage = self
    usage.model = model?.cleanedWord
    usage.provider = provider?.cleanedWord
    return usage
  }
}

extension Executor {
  /// Gives the executor as it may be shown.
  package var cleaned: Executor {
    var executor = self
    executor.agent = agent.cleanedWord
    executor.version = version?.cleanedWord
    executor.model = model?.cleanedWord
    executor.host = host.cleanedWord
    return executor
  }
}

extension AttemptWorkspace {
  /// Gives the workspace as it may be shown.
  package var cleaned: AttemptWorkspace {
    var workspace = self
    workspace.path = path.cleanedPath
    workspace.branch = branch?.cleanedWord
    workspace.baseCommit = baseCommit?.cleanedWord
    workspace.headCommit = headCommit?.cleanedWord
    return workspace
  }
}

extension AttemptError {
  /// Gives the error as it may be shown.
  package var cleaned: AttemptError {
    var error = self
    error.message = CleanText.clean(message, limit: ViewLimit.sentence)
    return error
  }
}

extension WorkReference {
  /// Gives the reference as it may be shown.
  var cleaned: WorkReference {
    var reference = self
    reference.title = title.map { CleanText.line($0, limit: ViewLimit.title) }
    switch target {
    case .task: break
    case .content(let cid, let type, let size):
      reference.target = .content(cid, contentType: type.cleanedWord, sizeBytes: size)
    case .outside(let url): reference.target = .outside(url: url.cleanedPath)
    }
    return reference
  }
}

extension CheckEvidence {
  /// Gives what a check found as it may be shown.
  var cleaned: CheckEvidence {
    var check = self
    check.argv = argv.map { CleanText.line($0, limit: ViewLimit.title) }
    check.revision = revision?.cleanedWord
    return check
  }
}

extension Review {
  /// Gives the review as it may be shown.
  var cleaned: Review {
    var review = self
    review.reviewer = reviewer.cleanedWord
    review.comments = comments.map { CleanText.clean($0, limit: ViewLimit.sentence) }
    return review
  }
}

extension TaskComment {
  /// Gives the comment as it may be shown.
  var cleaned: TaskComment {
    var comment = self
    comment.author = author.cleanedWord
    comment.text = CleanText.clean(text, limit: ViewLimit.sentence)
    return comment
  }
}

extension Verification {
  /// Gives what was found as it may be shown.
  var cleaned: Verification {
    var verification = self
    verification.results = results.prefix(ViewLimit.findings).map { finding in
      Finding(
        id: finding.id.cleanedWord, kind: finding.kind, status: finding.status,
        detail: finding.detail.map { CleanText.line($0, limit: ViewLimit.title) })
    }
    return verification
  }
}

extension String {
  /// Gives a name, an id or another word in one short line.
  package var cleanedWord: String { CleanText.line(self, limit: ViewLimit.title) }

  /// Gives a path; its blanks are its own.
  var cleanedPath: String { CleanText.clean(self, limit: ViewLimit.path) }
}
