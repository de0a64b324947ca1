# What cpack makes: an archive of an ordinary build; of one with BOUNCELOG_NIGHTLY an RPM
# (packaging/build-rpm). Debian's package is packaging/debian's.
set(CPACK_PACKAGE_VENDOR "the bouncelog authors")
set(CPACK_PACKAGE_CONTACT "bouncelog developers <bouncelog@example.com>")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ)
if(BOUNCELOG_NIGHTLY)
  set(CPACK_GENERATOR RPM)
  set(CPACK_SET_DESTDIR ON) # what belongs to /etc goes there
  set(CPACK_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
endif()

set(rpm ${CMAKE_SOURCE_DIR}/packaging/rpm)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_GROUP "System Environment/Daemons")
set(CPACK_RPM_PACKAGE_SUMMARY "Explains why mail bounced and whom to stop mailing")
file(READ ${rpm}/description CPACK_RPM_PACKAGE_DESCRIPTION)
set(CPACK_RPM_PACKAGE_AUTOREQ ON) # the libraries
set(CPACK_RPM_SPEC_MORE_DEFINE "%define _build_id_links none")
set(CPACK_RPM_PACKAGE_REQUIRES_PRE shadow-utils)
set(CPACK_RPM_PACKAGE_REQUIRES util-linux) # runuser
set(CPACK_RPM_PACKAGE_SUGGESTS "openssh-clients, parallel, python3-pymilter, slurm") # fleet, fleet-slurm, tag-milter
set(CPACK_RPM_PRE_INSTALL_SCRIPT_FILE ${rpm}/pre)
set(CPACK_RPM_POST_INSTALL_SCRIPT_FILE ${rpm}/post)
set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE ${rpm}/preun)
set(CPACK_RPM_POST_UNINSTALL_SCRIPT_FILE ${rpm}/postun)
set(settings ${CMAKE_INSTALL_FULL_SYSCONFDIR})
set(CPACK_RPM_USER_FILELIST "%config(noreplace) ${settings}/bouncelog/bouncelog.yaml"
    "%config(noreplace) ${settings}/default/bouncelog" "%config(noreplace) ${settings}/cron.daily/bouncelog")
# Folders of the distribution, which are not ours to own.
set(share ${CMAKE_INSTALL_FULL_DATAROOTDIR})
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    ${settings} ${settings}/cron.daily ${settings}/default ${CMAKE_INSTALL_FULL_LIBEXECDIR}
    ${CMAKE_INSTALL_PREFIX}/lib/systemd ${CMAKE_INSTALL_PREFIX}/lib/systemd/system
    ${CMAKE_INSTALL_FULL_MANDIR} ${CMAKE_INSTALL_FULL_MANDIR}/man1 ${CMAKE_INSTALL_FULL_MANDIR}/man5
    ${share}/bash-completion ${share}/bash-completion/completions ${share}/fish ${share}/fish/vendor_completions.d
    ${share}/zsh ${share}/zsh/site-functions)
include(CPack)
