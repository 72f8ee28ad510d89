# complete.zsh FOLDER LINE WORD…: what zsh shows for LINE and two TABs, with the completions of FOLDER, until it has shown every WORD; who calls it ends it
# where it never does. Run by zsh -f.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit && compinit -u -D; bindkey '^I' complete-word; print rea''dy"
zpty -r -m shell out '*ready*'
# Nothing is typed behind them: a shell that sees more to come shows no list.
zpty -w -n shell "$2"$'\t\t'
shown=
for word in "${@:3}"; do
  while [[ $shown != *$word* ]] && zpty -r shell more '?'; do shown+=$more; done
done
print -r -- "$shown"
zpty -d shell
