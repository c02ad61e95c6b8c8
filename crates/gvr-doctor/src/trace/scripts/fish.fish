# fish reads this as the first of the files in conf.d: it tells what every later command did to the variables that matter.
# GVR_TRACE is the folder to write to; where it is missing, this only puts the folders' variables back as they were.
if set -q GVR_CONFIG_HOME
    set -gx XDG_CONFIG_HOME $GVR_CONFIG_HOME
else
    set -e XDG_CONFIG_HOME
end
if set -q GVR_DATA_HOME
    set -gx XDG_DATA_HOME $GVR_DATA_HOME
else
    set -e XDG_DATA_HOME
end
if set -q GVR_RUNTIME_DIR
    set -gx XDG_RUNTIME_DIR $GVR_RUNTIME_DIR
else
    set -e XDG_RUNTIME_DIR
end
set -e GVR_CONFIG_HOME
set -e GVR_DATA_HOME
set -e GVR_RUNTIME_DIR
if set -q GVR_TRACE
    set -g __gvr_folder $GVR_TRACE
    set -e GVR_TRACE
    # Lists are told as the environment has them.
    function __gvr_tell
        set -l value "$$argv[2]"
        string match -q '*PATH' -- $argv[2]; and set value (string join : -- $$argv[2])
        printf '%s\x1f%s\x1f%s\x1f%s\x1f%s\x1e' $argv[1] $argv[2] "$(set -S $argv[2] | string match -r 'set in.*' | string join ';')" "$(string join \n -- $value)" "$(status stack-trace)" >>$__gvr_folder/records
    end
    for name in PATH GOROOT GOPATH GOBIN GOENV GOTOOLCHAIN GOFLAGS GOPROXY
        __gvr_tell START $name
        function __gvr_on_$name --on-variable $name -V name
            __gvr_tell $argv[2] $name
        end
    end
    function __gvr_end
        for line in (functions --handlers)
            set -l words (string split ' ' -- $line)
            contains -- $words[1] fish_prompt fish_preexec fish_postexec PWD; or continue
            printf 'HOOK\x1f%s\x1f%s\x1f%s\x1e' $words[2] "$(functions --details $words[2])" "$(functions $words[2])" >>$__gvr_folder/records
        end
        printf 'END\x1f%s\x1e' $version >>$__gvr_folder/records
    end
end
