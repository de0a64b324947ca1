# Where things go: the program, its data, manuals, completions, documents and examples.
include(GNUInstallDirs)
set(BOUNCELOG_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING "Where zsh looks for completions")
set(BOUNCELOG_SYSTEMD_DIR lib/systemd/system CACHE STRING "Where systemd looks for units")
option(BOUNCELOG_NIGHTLY "Install the nightly run where systemd, cron and the program find it, not as examples" OFF)
option(BOUNCELOG_APPARMOR "Install the profile of the nightly run where AppArmor looks for it" OFF)

install(TARGETS bouncelog)
install(DIRECTORY patterns/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bouncelog/patterns)
install(DIRECTORY docs/schemas/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bouncelog/schemas)
install(DIRECTORY packaging/grafana/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bouncelog/grafana)
install(FILES README.md CHANGELOG.md LICENSE ${CMAKE_BINARY_DIR}/bouncelog.cdx.json DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md PATTERN *.png
        PATTERN man EXCLUDE PATTERN schemas EXCLUDE)

# The nightly run, and the mail of the morning after: scripts that systemd and cron both start. The same of many hosts: docs/FLEET.md.
set(examples ${CMAKE_BINARY_DIR}/examples)
foreach(example nightly morning bouncelog.service bouncelog-mail.service bouncelog.timer bouncelog.cron apparmor)
  configure_file(packaging/${example}.in ${examples}/${example} @ONLY)
endforeach()
install(PROGRAMS ${examples}/nightly ${examples}/morning packaging/fleet packaging/fleet-slurm packaging/tag-milter DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/bouncelog)
if(BOUNCELOG_APPARMOR)
  install(FILES ${examples}/apparmor DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/apparmor.d RENAME bouncelog-nightly)
endif()
if(BOUNCELOG_NIGHTLY)
  set(settings ${CMAKE_INSTALL_FULL_SYSCONFDIR})
  install(FILES ${examples}/bouncelog.service ${examples}/bouncelog-mail.service ${examples}/bouncelog.timer
          DESTINATION ${BOUNCELOG_SYSTEMD_DIR})
  install(PROGRAMS ${examples}/bouncelog.cron DESTINATION ${settings}/cron.daily RENAME bouncelog)
  install(FILES packaging/bouncelog.default DESTINATION ${settings}/default RENAME bouncelog)
  set(bouncelog_yaml_dir ${settings}/bouncelog)
else()
  install(FILES ${examples}/bouncelog.service ${examples}/bouncelog-mail.service ${examples}/bouncelog.timer
                ${examples}/bouncelog.cron packaging/bouncelog.default DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
  set(bouncelog_yaml_dir ${CMAKE_INSTALL_DOCDIR}/examples)
endif()

if(bouncelog_manuals)
  set(made ${CMAKE_BINARY_DIR}/manuals)
  install(DIRECTORY ${made}/man1 ${made}/man5 DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(FILES ${made}/completions/bouncelog DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${made}/completions/_bouncelog DESTINATION ${BOUNCELOG_ZSH_DIR})
  install(FILES ${made}/completions/bouncelog.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  install(FILES ${made}/bouncelog.yaml DESTINATION ${bouncelog_yaml_dir})
endif()

