import JSON

extension Configuration.Signing: JSONCodable {
  package static let json = Codec.object(
    { (key: String?, allowedSigners: String?) in
      var made = Configuration.Signing()
      made.key = key
      made.allowedSigners = allowedSigners
      return made
    },
    optional(
      "key", \.key, .string(length: 1...4096), "Private key for ssh-keygen; none: unsigned."),
    optional(
      "allowedSigners", \.allowedSigners, .string(length: 1...4096),
      "Whose signatures are good, as ssh-keygen -Y verify reads it; none: the key's."))
}
