import Posix

exitNow(Program.run(Array(Environment.arguments.dropFirst())).rawValue)
