# What a host needs of Isolde, in three trees:
#
#   a prefix      include/ lib/ lib/pkgconfig lib/cmake/isolde share/man: what packagers expect
#   the wheel     the same below isolde/, share/man beside it.  A wheel cannot hold symbolic links,
#                 so its library is plain libisolde.so, and a host finds it by a run path.
#   src/isolde    for an editable install, the wheel's tree in the sources, brought up to date by
#                 `cmake --build` alone
include(CMakePackageConfigHelpers)

set(isolde_headers "${CMAKE_CURRENT_SOURCE_DIR}/core/isolde.h"
    "${CMAKE_CURRENT_SOURCE_DIR}/core/isolde.hpp")

if(SKBUILD)
    set(isolde_includedir isolde/include)
    set(isolde_libdir isolde/lib)
    set(isolde_mandir "${SKBUILD_DATA_DIR}/share/man")
    set(isolde_root isolde)
    set(isolde_library_name libisolde.so)
    set(isolde_soname libisolde.so)
    set(isolde_pc_run_path " -Wl,-rpath,\${libdir}")
else()
    set(isolde_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
    set(isolde_libdir "${CMAKE_INSTALL_LIBDIR}")
    set(isolde_mandir "${CMAKE_INSTALL_MANDIR}")
    set(isolde_root .)
    set(isolde_library_version "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
    set(isolde_library_name "libisolde.so.${isolde_library_version}")
    set(isolde_soname "libisolde.so.${PROJECT_VERSION_MAJOR}")
    set(isolde_pc_run_path "")
    set_target_properties(isolde PROPERTIES
        VERSION "${isolde_library_version}" SOVERSION "${PROJECT_VERSION_MAJOR}")
endif()

# FOLDER as isolde.pc writes it: relative to the prefix, unless it was given as an absolute path.
function(isolde_pc_folder variable folder)
    if(IS_ABSOLUTE "${folder}")
        set(${variable} "${folder}" PARENT_SCOPE)
    else()
        file(RELATIVE_PATH relative "/${isolde_root}" "/${folder}")
        set(${variable} "\${prefix}/${relative}" PARENT_SCOPE)
    endif()
endfunction()

isolde_pc_folder(isolde_pc_includedir "${isolde_includedir}")
isolde_pc_folder(isolde_pc_libdir "${isolde_libdir}")
if(IS_ABSOLUTE "${isolde_libdir}")
    file(RELATIVE_PATH isolde_up_from_pkgconfig "${isolde_libdir}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH isolde_up_from_pkgconfig "/${isolde_libdir}/pkgconfig" "/${isolde_root}")
endif()
string(REGEX REPLACE "/$" "" isolde_up_from_pkgconfig "${isolde_up_from_pkgconfig}")

set(isolde_generated "${CMAKE_CURRENT_BINARY_DIR}/package")
foreach(each isolde.pc isolde-static.pc)
    configure_file("${CMAKE_CURRENT_LIST_DIR}/${each}.in" "${isolde_generated}/pkgconfig/${each}" @ONLY)
endforeach()
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/isoldeConfig.cmake.in"
    "${isolde_generated}/cmake/isolde/isoldeConfig.cmake"
    INSTALL_DESTINATION "${isolde_libdir}/cmake/isolde"
    PATH_VARS isolde_includedir isolde_libdir)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file("${isolde_generated}/cmake/isolde/isoldeConfigVersion.cmake"
    VERSION "${PROJECT_VERSION}" COMPATIBILITY SameMinorVersion)

if(SKBUILD_STATE STREQUAL "editable")
    set(tree "${CMAKE_CURRENT_SOURCE_DIR}/src/isolde")
    set_target_properties(isolde isolde_preload isolde_interpreter PROPERTIES
        LIBRARY_OUTPUT_DIRECTORY "${tree}/lib")
    set_target_properties(isolde_static PROPERTIES ARCHIVE_OUTPUT_DIRECTORY "${tree}/lib")
    file(COPY "${isolde_generated}/pkgconfig" "${isolde_generated}/cmake" DESTINATION "${tree}/lib")
    set(copies)
    foreach(header IN LISTS isolde_headers)
        get_filename_component(name "${header}" NAME)
        add_custom_command(OUTPUT "${tree}/include/${name}"
            COMMAND "${CMAKE_COMMAND}" -E copy "${header}" "${tree}/include/${name}"
            DEPENDS "${header}")
        list(APPEND copies "${tree}/include/${name}")
    endforeach()
    add_custom_target(isolde_header ALL DEPENDS ${copies})
    return()
endif()

install(TARGETS isolde isolde_static isolde_preload isolde_interpreter
    LIBRARY DESTINATION "${isolde_libdir}"
    ARCHIVE DESTINATION "${isolde_libdir}")
install(FILES ${isolde_headers} DESTINATION "${isolde_includedir}")
install(DIRECTORY "${isolde_generated}/pkgconfig" "${isolde_generated}/cmake"
    DESTINATION "${isolde_libdir}")
foreach(section 1 3)
    file(GLOB pages CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/man/man${section}/*.${section}")
    install(FILES ${pages} DESTINATION "${isolde_mandir}/man${section}")
endforeach()
