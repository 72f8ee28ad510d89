# complete.zsh FOLDER LINE: what zsh shows for LINE and two TABs, with the completions of FOLDER. Run by zsh -f; ends by itself.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit && compinit -u -D; bindkey '^I' complete-word; print rea''dy"
zpty -r -m shell out '*ready*'
zpty -w -n shell "$2"$'\t\t'
# What is shown ends in a mark of our own, or with the shell that calls this.
zpty -w shell $'\x15print do\'\'ne'
zpty -r -m shell out '*done*'
print -r -- "$out"
