# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_maru_global_optspecs
    string join \n listen= data-dir= domain= redis= config= V/version h/help
end

function __fish_maru_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_maru_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_maru_using_subcommand
    set -l cmd (__fish_maru_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c maru -n "__fish_maru_needs_command" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_needs_command" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_needs_command" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_needs_command" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_needs_command" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_needs_command" -s V -l version -d 'Tells the version, the commit it was built from and the version of SQLite'
complete -c maru -n "__fish_maru_needs_command" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_needs_command" -f -a "serve" -d 'Serves until it is told to stop. The default'
complete -c maru -n "__fish_maru_needs_command" -f -a "config" -d 'Prints the effective configuration, with the source of each value; secrets are hidden'
complete -c maru -n "__fish_maru_needs_command" -f -a "health" -d 'Asks the running server whether it serves, reads and writes; fails when it does not'
complete -c maru -n "__fish_maru_needs_command" -f -a "user" -d 'Makes accounts, lists and ends them, resets passwords, gives roles, ends sessions, erases people'
complete -c maru -n "__fish_maru_needs_command" -f -a "invite" -d 'Makes invites'
complete -c maru -n "__fish_maru_needs_command" -f -a "bot" -d 'Makes bots, and gives them other tokens'
complete -c maru -n "__fish_maru_needs_command" -f -a "search" -d 'Builds the search index anew, and tells how far it is'
complete -c maru -n "__fish_maru_needs_command" -f -a "backup" -d 'Makes a backup of everything while the server runs, or while it does not, and proves it by restoring it'
complete -c maru -n "__fish_maru_needs_command" -f -a "restore" -d 'Restores a backup into an empty folder, once every byte of it was looked through'
complete -c maru -n "__fish_maru_needs_command" -f -a "export" -d 'Exports everything while the server runs, or while it does not: lines of JSON, and the bytes of all files'
complete -c maru -n "__fish_maru_needs_command" -f -a "import" -d 'Imports an export of everything into an empty data folder'
complete -c maru -n "__fish_maru_needs_command" -f -a "upgrade" -d 'Changes the database to what this version needs, as its first start does, after a copy of what was before'
complete -c maru -n "__fish_maru_needs_command" -f -a "downgrade" -d 'Puts the copy back that was made before an update'
complete -c maru -n "__fish_maru_needs_command" -f -a "doctor" -d 'Looks at everything that a server needs, and says how what is wrong is put right. Changes nothing'
complete -c maru -n "__fish_maru_needs_command" -f -a "logs" -d 'Says where the log of the running server is'
complete -c maru -n "__fish_maru_needs_command" -f -a "audit" -d 'Tells who did what to govern and to secure the server, the newest first'
complete -c maru -n "__fish_maru_needs_command" -f -a "settings" -d 'Tells what holds for the whole team, such as its name, or changes it'
complete -c maru -n "__fish_maru_needs_command" -f -a "rotate-key" -d 'Puts a new key in use that signs tokens. Nobody is logged out, unless that is asked for'
complete -c maru -n "__fish_maru_needs_command" -f -a "service" -d 'Installs Maru as a service of systemd, removes it, tells how it fares'
complete -c maru -n "__fish_maru_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand serve" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand serve" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand serve" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand serve" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand serve" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand serve" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand config" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand config" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand config" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand config" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand config" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand config" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand health" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand health" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand health" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand health" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand health" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand health" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "create" -d 'Makes an account, which joins General unless it is a guest\'s'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "reset-password" -d 'Takes somebody\'s password away and logs them out everywhere'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "reset-two-factor" -d 'Takes the second factor of somebody away who has lost it, and logs them out everywhere. The password stays'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "list" -d 'Lists all accounts, oldest first'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "deactivate" -d 'Ends an account. What it wrote stays, under its display name'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "reactivate" -d 'Lets somebody in again who was deactivated, and prints a link with which a password is chosen'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "role" -d 'Gives somebody another role on the server'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "sessions" -d 'Lists where somebody is logged in, what was used last first'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "end-sessions" -d 'Logs somebody out everywhere, or ends one session'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "erase" -d 'Erases somebody for good: account, name, picture, sessions, and whatever was theirs alone'
complete -c maru -n "__fish_maru_using_subcommand user; and not __fish_seen_subcommand_from create reset-password reset-two-factor list deactivate reactivate role sessions end-sessions erase help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l display-name -d 'What people see; the username by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l role -d 'Owners make administrators; administrators invite people, and govern every room that they are in; guests see only the rooms that somebody adds them to' -r -f -a "owner\t''
admin\t''
member\t''
guest\t''"
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -l password-stdin -d 'Reads the password from standard input; without it, a link is printed with which it is chosen'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-password" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-password" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-password" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-password" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-password" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-password" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-password" -l password-stdin -d 'Reads the new password from standard input; without it, a link is printed with which it is chosen'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-password" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-two-factor" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-two-factor" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-two-factor" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-two-factor" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-two-factor" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-two-factor" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reset-two-factor" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from list" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from list" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from list" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from list" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from list" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from deactivate" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from deactivate" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reactivate" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reactivate" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reactivate" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reactivate" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reactivate" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reactivate" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from reactivate" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from role" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from role" -l role -r -f -a "owner\t''
admin\t''
member\t''
guest\t''"
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from role" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from role" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from role" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from role" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from role" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from role" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from sessions" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from sessions" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from sessions" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from sessions" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from sessions" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from sessions" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from sessions" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from end-sessions" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from end-sessions" -l session -d 'This one alone, as `maru user sessions` lists it; all of them by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from end-sessions" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from end-sessions" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from end-sessions" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from end-sessions" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from end-sessions" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from end-sessions" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -l username -d 'Whose account; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -l messages -d 'What becomes of the messages: they stay under "Deleted person", or go with their files' -r -f -a "keep\t''
delete\t''"
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -l yes -d 'Says that this is meant: nothing brings back what was erased'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from erase" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "create" -d 'Makes an account, which joins General unless it is a guest\'s'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "reset-password" -d 'Takes somebody\'s password away and logs them out everywhere'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "reset-two-factor" -d 'Takes the second factor of somebody away who has lost it, and logs them out everywhere. The password stays'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "list" -d 'Lists all accounts, oldest first'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "deactivate" -d 'Ends an account. What it wrote stays, under its display name'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "reactivate" -d 'Lets somebody in again who was deactivated, and prints a link with which a password is chosen'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "role" -d 'Gives somebody another role on the server'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "sessions" -d 'Lists where somebody is logged in, what was used last first'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "end-sessions" -d 'Logs somebody out everywhere, or ends one session'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "erase" -d 'Erases somebody for good: account, name, picture, sessions, and whatever was theirs alone'
complete -c maru -n "__fish_maru_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand invite; and not __fish_seen_subcommand_from create help" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and not __fish_seen_subcommand_from create help" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and not __fish_seen_subcommand_from create help" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and not __fish_seen_subcommand_from create help" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and not __fish_seen_subcommand_from create help" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand invite; and not __fish_seen_subcommand_from create help" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand invite; and not __fish_seen_subcommand_from create help" -f -a "create" -d 'Makes an invite in the name of the first administrator who is in its rooms, and prints its link'
complete -c maru -n "__fish_maru_using_subcommand invite; and not __fish_seen_subcommand_from create help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l uses -d 'How many people may register with it' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l expires -d 'How long it is good for, such as 12h or 7d' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l role -d 'What who registers with it becomes: guests see only the rooms that somebody adds them to' -r -f -a "member\t''
guest\t''"
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l rooms -d 'Rooms to be in from the beginning, by name or id; a guest needs one. May be given more than once, or with commas' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from help" -f -a "create" -d 'Makes an invite in the name of the first administrator who is in its rooms, and prints its link'
complete -c maru -n "__fish_maru_using_subcommand invite; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -f -a "create" -d 'Makes a bot and prints its token, once'
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -f -a "rotate-token" -d 'Gives a bot another token and prints it, once. The former one is void at once, and its connections end'
complete -c maru -n "__fish_maru_using_subcommand bot; and not __fish_seen_subcommand_from create rotate-token help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -l username -d 'What it is mentioned by: 2 to 32 letters, digits, \'.\', \'_\' and \'-\'' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -l display-name -d 'What people see; the username by default' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -l rooms -d 'The rooms that it is a member of, by name or id, separated by commas' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from rotate-token" -l username -d 'Which bot; upper and lower case are alike' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from rotate-token" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from rotate-token" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from rotate-token" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from rotate-token" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from rotate-token" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from rotate-token" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from help" -f -a "create" -d 'Makes a bot and prints its token, once'
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from help" -f -a "rotate-token" -d 'Gives a bot another token and prints it, once. The former one is void at once, and its connections end'
complete -c maru -n "__fish_maru_using_subcommand bot; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -f -a "reindex" -d 'Builds the search index anew, while the old one serves. A running server goes on with it in the background'
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -f -a "status" -d 'Tells how far the search index is'
complete -c maru -n "__fish_maru_using_subcommand search; and not __fish_seen_subcommand_from reindex status help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from reindex" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from reindex" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from reindex" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from reindex" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from reindex" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from reindex" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from status" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from status" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from status" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from status" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from status" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from help" -f -a "reindex" -d 'Builds the search index anew, while the old one serves. A running server goes on with it in the background'
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from help" -f -a "status" -d 'Tells how far the search index is'
complete -c maru -n "__fish_maru_using_subcommand search; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -l to -d 'The folder that the backup is put into, beside earlier ones; backup.dir of the configuration by default' -r -F
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -f -a "list" -d 'Lists the backups of a folder, the newest first: when each was made, what it takes and holds, and whether it is whole'
complete -c maru -n "__fish_maru_using_subcommand backup; and not __fish_seen_subcommand_from list help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from list" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from list" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from list" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from list" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from list" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from list" -l verify -d 'Reads every byte of each and compares it with what was written; fails when something is not'
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "list" -d 'Lists the backups of a folder, the newest first: when each was made, what it takes and holds, and whether it is whole'
complete -c maru -n "__fish_maru_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand restore" -l to -d 'The folder that it is restored into, which must be empty or not there; --data-dir by default' -r -F
complete -c maru -n "__fish_maru_using_subcommand restore" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand restore" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand restore" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand restore" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand restore" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand restore" -l dry-run -d 'Looks through the backup, tells what would be done, and changes nothing'
complete -c maru -n "__fish_maru_using_subcommand restore" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand export" -l room -d 'Instead of everything, a room by its name or id, as pages for a browser' -r
complete -c maru -n "__fish_maru_using_subcommand export" -l person -d 'Instead of everything, what somebody wrote, their files, direct rooms and account, as pages for a browser' -r
complete -c maru -n "__fish_maru_using_subcommand export" -l language -d 'The language of the pages' -r -f -a "en\t''
ko\t''"
complete -c maru -n "__fish_maru_using_subcommand export" -l time-zone -d 'The time zone of the pages, such as Asia/Seoul; that of this machine by default' -r
complete -c maru -n "__fish_maru_using_subcommand export" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand export" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand export" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand export" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand export" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c maru -n "__fish_maru_using_subcommand import" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand import" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand import" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand import" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand import" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand import" -l dry-run -d 'Looks through the export, tells what would be done, and changes nothing'
complete -c maru -n "__fish_maru_using_subcommand import" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand upgrade" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand upgrade" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand upgrade" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand upgrade" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand upgrade" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand upgrade" -l dry-run -d 'Tries it on a copy beside the database, tells what it takes and what is new, and changes nothing. A server may run meanwhile, an older one too'
complete -c maru -n "__fish_maru_using_subcommand upgrade" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand downgrade" -l to -d 'The schema of the copy to go back to; by default that from before the last update' -r
complete -c maru -n "__fish_maru_using_subcommand downgrade" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand downgrade" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand downgrade" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand downgrade" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand downgrade" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand downgrade" -l dry-run -d 'Looks through the copy, tells what would be done, and changes nothing'
complete -c maru -n "__fish_maru_using_subcommand downgrade" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand doctor" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand doctor" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand doctor" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand doctor" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand doctor" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand doctor" -l full -d 'Compares every index of the database with its table, however long that takes'
complete -c maru -n "__fish_maru_using_subcommand doctor" -l json -d 'Prints JSON, for programs'
complete -c maru -n "__fish_maru_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c maru -n "__fish_maru_using_subcommand logs" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand logs" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand logs" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand logs" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand logs" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand logs" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand audit" -l person -d 'Only what this person did, or what is about them: a username, or an id as the log has it' -r
complete -c maru -n "__fish_maru_using_subcommand audit" -l act -d 'Only one act, such as room.deleted' -r
complete -c maru -n "__fish_maru_using_subcommand audit" -l within -d 'Only what was done within so long, such as 12h or 30d' -r
complete -c maru -n "__fish_maru_using_subcommand audit" -l limit -d 'At most so many entries, the newest; 0 is all of them' -r
complete -c maru -n "__fish_maru_using_subcommand audit" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand audit" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand audit" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand audit" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand audit" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand audit" -l json -d 'Prints each entry as a line of JSON'
complete -c maru -n "__fish_maru_using_subcommand audit" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand settings; and not __fish_seen_subcommand_from set help" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand settings; and not __fish_seen_subcommand_from set help" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand settings; and not __fish_seen_subcommand_from set help" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand settings; and not __fish_seen_subcommand_from set help" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand settings; and not __fish_seen_subcommand_from set help" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand settings; and not __fish_seen_subcommand_from set help" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand settings; and not __fish_seen_subcommand_from set help" -f -a "set" -d 'Changes settings of the team, for everybody at once'
complete -c maru -n "__fish_maru_using_subcommand settings; and not __fish_seen_subcommand_from set help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand settings; and __fish_seen_subcommand_from set" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand settings; and __fish_seen_subcommand_from set" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand settings; and __fish_seen_subcommand_from set" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand settings; and __fish_seen_subcommand_from set" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand settings; and __fish_seen_subcommand_from set" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand settings; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand settings; and __fish_seen_subcommand_from help" -f -a "set" -d 'Changes settings of the team, for everybody at once'
complete -c maru -n "__fish_maru_using_subcommand settings; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand rotate-key" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand rotate-key" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand rotate-key" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand rotate-key" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand rotate-key" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand rotate-key" -l forget-former -d 'Forgets the former keys at once, because others may have read them: everybody has to log in again'
complete -c maru -n "__fish_maru_using_subcommand rotate-key" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -f -a "install" -d 'Installs Maru as a service and starts it; after an update or a change of settings, brings the service up to date'
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -f -a "uninstall" -d 'Stops the service and removes it. Data, settings and the program stay'
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -f -a "status" -d 'Tells how the service fares; fails when it is not up'
complete -c maru -n "__fish_maru_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from install" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from install" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from install" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from install" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from install" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from install" -l print -d 'Prints the units, and changes nothing'
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from status" -l listen -d 'The address and port to serve on, such as 127.0.0.1:8080' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from status" -l data-dir -d 'The folder that holds everything; ./maru-data by default' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from status" -l domain -d 'The name under which people reach the server, with HTTPS; may be given more than once' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from status" -l redis -d 'The Redis of a cluster, such as redis://127.0.0.1:6379; with a password it belongs into MARU_REDIS or the file' -r
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from status" -l config -d 'The configuration file' -r -F
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "install" -d 'Installs Maru as a service and starts it; after an update or a change of settings, brings the service up to date'
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "uninstall" -d 'Stops the service and removes it. Data, settings and the program stay'
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "status" -d 'Tells how the service fares; fails when it is not up'
complete -c maru -n "__fish_maru_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "serve" -d 'Serves until it is told to stop. The default'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "config" -d 'Prints the effective configuration, with the source of each value; secrets are hidden'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "health" -d 'Asks the running server whether it serves, reads and writes; fails when it does not'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "user" -d 'Makes accounts, lists and ends them, resets passwords, gives roles, ends sessions, erases people'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "invite" -d 'Makes invites'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "bot" -d 'Makes bots, and gives them other tokens'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "search" -d 'Builds the search index anew, and tells how far it is'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "backup" -d 'Makes a backup of everything while the server runs, or while it does not, and proves it by restoring it'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "restore" -d 'Restores a backup into an empty folder, once every byte of it was looked through'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "export" -d 'Exports everything while the server runs, or while it does not: lines of JSON, and the bytes of all files'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "import" -d 'Imports an export of everything into an empty data folder'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "upgrade" -d 'Changes the database to what this version needs, as its first start does, after a copy of what was before'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "downgrade" -d 'Puts the copy back that was made before an update'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "doctor" -d 'Looks at everything that a server needs, and says how what is wrong is put right. Changes nothing'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "logs" -d 'Says where the log of the running server is'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "audit" -d 'Tells who did what to govern and to secure the server, the newest first'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "settings" -d 'Tells what holds for the whole team, such as its name, or changes it'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "rotate-key" -d 'Puts a new key in use that signs tokens. Nobody is logged out, unless that is asked for'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "service" -d 'Installs Maru as a service of systemd, removes it, tells how it fares'
complete -c maru -n "__fish_maru_using_subcommand help; and not __fish_seen_subcommand_from serve config health user invite bot search backup restore export import upgrade downgrade doctor logs audit settings rotate-key service help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "create" -d 'Makes an account, which joins General unless it is a guest\'s'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "reset-password" -d 'Takes somebody\'s password away and logs them out everywhere'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "reset-two-factor" -d 'Takes the second factor of somebody away who has lost it, and logs them out everywhere. The password stays'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "list" -d 'Lists all accounts, oldest first'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "deactivate" -d 'Ends an account. What it wrote stays, under its display name'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "reactivate" -d 'Lets somebody in again who was deactivated, and prints a link with which a password is chosen'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "role" -d 'Gives somebody another role on the server'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "sessions" -d 'Lists where somebody is logged in, what was used last first'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "end-sessions" -d 'Logs somebody out everywhere, or ends one session'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "erase" -d 'Erases somebody for good: account, name, picture, sessions, and whatever was theirs alone'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from invite" -f -a "create" -d 'Makes an invite in the name of the first administrator who is in its rooms, and prints its link'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from bot" -f -a "create" -d 'Makes a bot and prints its token, once'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from bot" -f -a "rotate-token" -d 'Gives a bot another token and prints it, once. The former one is void at once, and its connections end'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from search" -f -a "reindex" -d 'Builds the search index anew, while the old one serves. A running server goes on with it in the background'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from search" -f -a "status" -d 'Tells how far the search index is'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "list" -d 'Lists the backups of a folder, the newest first: when each was made, what it takes and holds, and whether it is whole'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from settings" -f -a "set" -d 'Changes settings of the team, for everybody at once'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "install" -d 'Installs Maru as a service and starts it; after an update or a change of settings, brings the service up to date'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "uninstall" -d 'Stops the service and removes it. Data, settings and the program stay'
complete -c maru -n "__fish_maru_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "status" -d 'Tells how the service fares; fails when it is not up'
