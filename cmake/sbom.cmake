# bouncelog.cdx.json: what the program is made of, as a bill of materials (CycloneDX), from what the
# build found. The same build gives the same bytes.
#   bouncelog_component(NAME VERSION LICENCE LIBRARY)  LICENCE: an expression of SPDX, or a name;
#                                                      LIBRARY: as it is loaded, or "compiled in"
function(bouncelog_component name version licence library)
  if(licence MATCHES "^(public domain)$")
    set(licences "{\"license\": {\"name\": \"${licence}\"}}")
  else()
    set(licences "{\"expression\": \"${licence}\"}")
  endif()
  set_property(GLOBAL APPEND PROPERTY bouncelog_components "    {
      \"type\": \"library\",
      \"bom-ref\": \"${name}\",
      \"name\": \"${name}\",
      \"version\": \"${version}\",
      \"licenses\": [${licences}],
      \"purl\": \"pkg:generic/${name}@${version}\",
      \"properties\": [{\"name\": \"bouncelog:library\", \"value\": \"${library}\"}]
    }")
  set_property(GLOBAL APPEND PROPERTY bouncelog_component_names "\"${name}\"")
endfunction()

# The C library says its version to the preprocessor alone.
function(bouncelog_c_library)
  execute_process(COMMAND ${CMAKE_C_COMPILER} -E -dM -include features.h -x c /dev/null
                  OUTPUT_VARIABLE macros ERROR_QUIET)
  if(macros MATCHES "#define __GLIBC__ ([0-9]+)")
    set(major ${CMAKE_MATCH_1})
    string(REGEX MATCH "#define __GLIBC_MINOR__ ([0-9]+)" minor "${macros}")
    bouncelog_component(glibc ${major}.${CMAKE_MATCH_1} "LGPL-2.1-or-later" libc)
  endif()
endfunction()

bouncelog_c_library()
bouncelog_component(pcre2 ${PCRE2_VERSION} "BSD-3-Clause" libpcre2-8)
bouncelog_component(cjson ${CJSON_VERSION} "MIT" libcjson)
bouncelog_component(libyaml ${YAML_VERSION} "MIT" libyaml-0)
bouncelog_component(libidn2 ${IDN2_VERSION} "LGPL-3.0-or-later OR GPL-2.0-or-later" libidn2)
bouncelog_component(nettle ${NETTLE_VERSION} "LGPL-3.0-or-later OR GPL-2.0-or-later" libnettle)
bouncelog_component(sqlite ${SQLITE_VERSION} "blessing" libsqlite3)
bouncelog_component(libpsl ${PSL_VERSION} "MIT" libpsl)
bouncelog_component(xxhash ${XXHASH_VERSION} "BSD-2-Clause" "compiled in")
bouncelog_component(zlib ${ZLIB_VERSION_STRING} "Zlib" libz)
if(BOUNCELOG_HAVE_ISAL)
  bouncelog_component(isa-l ${ISAL_VERSION} "BSD-3-Clause" libisal)
endif()
if(BOUNCELOG_HAVE_ZSTD)
  bouncelog_component(zstd ${ZSTD_VERSION} "BSD-3-Clause OR GPL-2.0-only" libzstd)
endif()
if(BOUNCELOG_HAVE_LZMA)
  bouncelog_component(xz ${LZMA_VERSION} "public domain" liblzma)
endif()
if(BOUNCELOG_HAVE_BZIP2)
  bouncelog_component(bzip2 ${BZIP2_VERSION_STRING} "bzip2-1.0.6" libbz2)
endif()
if(BOUNCELOG_HAVE_MAIL)
  pkg_check_modules(GLIB QUIET glib-2.0)
  bouncelog_component(gmime ${MAIL_VERSION} "LGPL-2.1-or-later" libgmime-3.0)
  bouncelog_component(glib ${GLIB_VERSION} "LGPL-2.1-or-later" libglib-2.0)
  bouncelog_component(gobject ${GLIB_VERSION} "LGPL-2.1-or-later" libgobject-2.0)
endif()
if(BOUNCELOG_HAVE_JOURNAL)
  bouncelog_component(systemd ${JOURNAL_VERSION} "LGPL-2.1-or-later" libsystemd)
endif()

get_property(components GLOBAL PROPERTY bouncelog_components)
get_property(names GLOBAL PROPERTY bouncelog_component_names)
list(JOIN components ",\n" components)
list(JOIN names ", " names)
string(UUID serial NAMESPACE 6ba7b811-9dad-11d1-80b4-00c04fd430c8 TYPE SHA1
       NAME "${PROJECT_NAME} ${PROJECT_VERSION} ${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION} ${components}")
configure_file(${CMAKE_SOURCE_DIR}/cmake/sbom.json.in ${CMAKE_BINARY_DIR}/bouncelog.cdx.json @ONLY)
