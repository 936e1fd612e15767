/// Is the text of a program that speaks Claude's stream and remembers: it keeps its conversations
/// in files as Claude does, tells how many prompts it has heard, and half a dollar for each. It hands
/// in the JSON of its environment's OUTPUT, if there is any.
package enum RememberingAgent {
  package static func script(extra: String = "") -> String {
    """
    #!/bin/sh
    id= fork=
    while [ $# -gt 0 ]; do
      case $1 in --resume) id=$2; shift;; --fork-session) fork=1;; esac; shift
    done
    read -r greeting; read -r prompt
    place=$HOME/.claude/projects/$(pwd -P | sed 's/[^A-Za-z0-9]/-/g')
    mkdir -p "$place"
    if [ -n "$id" ]; then
      file=$place/$id.jsonl
      [ -e "$file" ] || file=$(ls "$HOME"/.claude/projects/*/$id.jsonl 2>/dev/null | head -n 1)
      if [ -z "$file" ]; then
        echo '{"type":"result","subtype":"error_during_execution","is_error":true,"errors":["No conversation found with session ID: '$id'"],"session_id":"'$id'"}'
        exit 1
      fi
      if [ -n "$fork" ]; then
        id=fork-$$-of-it; cp "$file" "$place/$id.jsonl"; file=$place/$id.jsonl
      fi
    else
      id=conversation-$$; file=$place/$id.jsonl
    fi
    printf '%s\\n' "$prompt" >> "$file"
    heard=$(wc -l < "$file" | tr -d ' ')
    echo '{"type":"system","subtype":"init","session_id":"'${STRANGE:-$id}'","model":"m","cwd":"'$(pwd -P)'","claude_code_version":"'${VERSION:-1.0}'"}'
    \(extra)
    echo '{"type":"assistant","message":{"id":"m'$$'","content":[{"type":"text","text":"heard '$heard' in '$id'"}]}}'
    total=$(awk "BEGIN { print $heard * 0.5 }")
    echo '{"type":"result","subtype":"success","is_error":false,"result":"heard '$heard'","session_id":"'$id'"'"${OUTPUT:+,\\"structured_output\\":$OUTPUT}"',"total_cost_usd":'$total',"modelUsage":{"m":{"inputTokens":'$((heard * 10))',"costUSD":'$total'}}}'
    while read -r more; do :; done
    """
  }
}
