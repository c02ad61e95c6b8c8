contains -- @OWN@ $PATH; or set -gx PATH @OWN@ $PATH
