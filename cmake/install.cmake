# Where things go: the program, its data, manuals, completions, documents and examples.
include(GNUInstallDirs)
set(BOUNCELOG_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING "Where zsh looks for completions")
set(BOUNCELOG_SYSTEMD_DIR "" CACHE STRING "Where systemd looks for units; empty: they are examples")

install(TARGETS bouncelog)
install(DIRECTORY patterns/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bouncelog/patterns)
install(DIRECTORY docs/schemas/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bouncelog/schemas)
install(DIRECTORY packaging/grafana/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bouncelog/grafana)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md
        PATTERN man EXCLUDE PATTERN schemas EXCLUDE)

# The nightly run: a script that systemd and cron both start.
set(examples ${CMAKE_BINARY_DIR}/examples)
foreach(example nightly bouncelog.service bouncelog.timer bouncelog.cron)
  configure_file(packaging/${example}.in ${examples}/${example} @ONLY)
endforeach()
install(PROGRAMS ${examples}/nightly DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/bouncelog)
if(BOUNCELOG_SYSTEMD_DIR)
  install(FILES ${examples}/bouncelog.service ${examples}/bouncelog.timer DESTINATION ${BOUNCELOG_SYSTEMD_DIR})
else()
  install(FILES ${examples}/bouncelog.service ${examples}/bouncelog.timer
          DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
endif()
install(FILES ${examples}/bouncelog.cron packaging/bouncelog.default DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

if(bouncelog_manuals)
  set(made ${CMAKE_BINARY_DIR}/manuals)
  install(DIRECTORY ${made}/man1 ${made}/man5 DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(FILES ${made}/completions/bouncelog DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${made}/completions/_bouncelog DESTINATION ${BOUNCELOG_ZSH_DIR})
  install(FILES ${made}/completions/bouncelog.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  install(FILES ${made}/bouncelog.yaml DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
endif()

# Archives of a release: cpack -G TGZ, DEB or RPM. Distributions take packaging/debian instead.
set(CPACK_PACKAGE_CONTACT "bouncelog developers <bouncelog@example.com>")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ CACHE STRING "What cpack makes: TGZ, DEB, RPM")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
include(CPack)
