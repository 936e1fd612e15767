import Posix

// Before anything else is opened. Without a /dev/null there is nothing to put there.
try? StandardStreams.complete()
Signal.ignoreFileSize()
exitNow(Program.run(Array(Environment.arguments.dropFirst())).rawValue)
